"""The package's settings, one typed property each.

Nothing is cached, so Django's ``override_settings`` works in tests.
"""

from collections.abc import Sequence

from django.conf import settings


class AppSettings:
    """Reads ``BORGERDIALOG_*`` from the site's settings."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    @classmethod
    def names(cls) -> list[str]:
        """The names of all settings, without the prefix."""
        return [name for name, value in vars(cls).items() if isinstance(value, property)]

    def _get(self, name: str, default: object) -> object:
        return getattr(settings, self.prefix + name, default)

    def _several(self, name: str) -> Sequence[str]:
        # One word alone is a list of one, not of its letters.
        value = self._get(name, ())
        return (value,) if isinstance(value, str) else tuple(value)

    @property
    def ADAPTER(self) -> str:
        """Dotted path of the ``ParticipationAdapter`` class in force."""
        return str(self._get("ADAPTER", "wagtail_borgerdialog.adapter.DefaultParticipationAdapter"))

    @property
    def PERSON_KEY_SECRET(self) -> str:
        """Secret behind the keys that stand for persons; apart from ``SECRET_KEY``.

        Whoever has it can test whether a given e-mail address took part. Falls back to
        ``SECRET_KEY`` (and a system check warns) so that a first try works.
        """
        return str(self._get("PERSON_KEY_SECRET", "") or settings.SECRET_KEY)

    @property
    def PERSON_KEY_SECRET_FALLBACKS(self) -> Sequence[str]:
        """Earlier secrets, newest first: persons known under them are still recognised.

        Where ``SECRET_KEY`` stands in, Django's ``SECRET_KEY_FALLBACKS`` do for these.
        """
        stands_in = not self._get("PERSON_KEY_SECRET", "")
        djangos = settings.SECRET_KEY_FALLBACKS if stands_in else ()
        return (*self._several("PERSON_KEY_SECRET_FALLBACKS"), *djangos)

    @property
    def EID_PROVIDERS(self) -> Sequence[str]:
        """allauth provider ids whose login counts as MitID or another national eID."""
        return self._several("EID_PROVIDERS")

    @property
    def DISABLED_PAGE_TYPES(self) -> Sequence[str]:
        """Names of page classes that editors cannot create, e.g. ``["ProposalPage"]``."""
        return self._several("DISABLED_PAGE_TYPES")

    @property
    def TRUSTED_PROXY_COUNT(self) -> int:
        """How many proxies in front of the site append to ``X-Forwarded-For``."""
        return int(str(self._get("TRUSTED_PROXY_COUNT", 0)))

    @property
    def MAILS_PER_ADDRESS_PER_DAY(self) -> int:
        """How many confirmation mails one address can be sent in 24 hours."""
        return int(str(self._get("MAILS_PER_ADDRESS_PER_DAY", 10)))

    @property
    def FORMS_PER_ADDRESS_PER_HOUR(self) -> int:
        """How many forms one network (/24 or /64) can send in an hour without signing in."""
        return int(str(self._get("FORMS_PER_ADDRESS_PER_HOUR", 120)))

    @property
    def CONFIRM_LINK_DAYS(self) -> int:
        """For how many days a link in a confirmation mail can be used."""
        return int(str(self._get("CONFIRM_LINK_DAYS", 14)))

    @property
    def ERASURE_LEDGER_DAYS(self) -> int:
        """How many days to remember, without a name, who was erased; longer than backups live."""
        return int(str(self._get("ERASURE_LEDGER_DAYS", 400)))

    @property
    def DIGEST_HOUR(self) -> int:
        """From which full hour of the day (0–23, local time) digests for followers are sent."""
        return max(0, min(23, int(str(self._get("DIGEST_HOUR", 7)))))

    @property
    def MAIL_TIMEOUT(self) -> int:
        """Seconds to wait for the mail server before trying again later."""
        return int(str(self._get("MAIL_TIMEOUT", 5)))

    @property
    def WEBHOOK_TIMEOUT(self) -> int:
        """Seconds to wait for the receiver of a webhook before trying again later."""
        return int(str(self._get("WEBHOOK_TIMEOUT", 5)))

    @property
    def WEBHOOK_PRIVATE_ADDRESSES(self) -> bool:
        """Whether webhooks may go to private addresses, and without https. For tests."""
        return bool(self._get("WEBHOOK_PRIVATE_ADDRESSES", False))

    @property
    def ATTACHMENTS_PER_CONTRIBUTION(self) -> int:
        """How many files a citizen can add to one idea or proposal."""
        return int(str(self._get("ATTACHMENTS_PER_CONTRIBUTION", 5)))

    @property
    def ATTACHMENT_MAX_BYTES(self) -> int:
        """The largest file a citizen can add, in bytes."""
        return int(str(self._get("ATTACHMENT_MAX_BYTES", 10 * 1024 * 1024)))

    @property
    def SEARCH_INDEX(self) -> bool:
        """Whether our migration adds the PostgreSQL index that Wagtail's search lacks."""
        return bool(self._get("SEARCH_INDEX", True))


app_settings = AppSettings("BORGERDIALOG_")
