"""Recognise a person without keeping what identifies them."""

import hashlib
import hmac
import unicodedata

from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.people.models import EmailDomainRule


def canonical_email(email: str) -> str:
    """The form in which two spellings of one mailbox are equal.

    Case, plus-addresses, dots and alias domains are folded as the table of domain rules says;
    mail is always sent to the address as typed. Raises ``ValueError`` without an ``@``.
    """
    local, domain = _parts(email)
    rules = {rule.domain: rule for rule in EmailDomainRule.objects.filter(domain__in=[domain, "*"])}
    rule = rules.get(domain) or rules.get("*")
    if rule is not None:
        if rule.plus_addresses:
            local = local.partition("+")[0] or local
        if rule.ignores_dots:
            local = local.replace(".", "")
        domain = rule.same_as or domain
    return f"{local}@{domain}"


def address_on_receipt(email: str) -> str:
    """How the page after a form names the address that was typed into it.

    In one spelling for all: the one on record would tell whoever typed another one that its owner
    takes part, and how they write it.
    """
    return canonical_email(email) if email else ""


def _parts(email: str) -> tuple[str, str]:
    """What stands before and after the ``@``, folded as all mail servers fold it."""
    local, at, domain = unicodedata.normalize("NFKC", email.strip()).rpartition("@")
    if not at or not local or not domain:
        raise ValueError("not an e-mail address")
    return local.lower(), domain.rstrip(".").lower().encode("idna").decode("ascii")


def email_identity(email: str) -> str:
    """The identity of whoever reads ``email``. Raises ``ValueError`` when it is no address."""
    return f"email:{canonical_email(email)}"


def email_identities(email: str) -> list[str]:
    """:func:`email_identity`, and the address as it is written where that is another one.

    A person is known by both, so that nobody is a new person because staff edit the table.
    """
    as_written = "email:{}@{}".format(*_parts(email))
    return list(dict.fromkeys([email_identity(email), as_written]))


def eid_identity(subject: str) -> str:
    """The identity behind ``provider:subject`` of an eID."""
    return f"eid:{subject}"


def paper_identity(*, name: str, address: str) -> str:
    """The identity of somebody on a paper list: folded name and postal address."""
    folded = " ".join(f"{name}|{address}".casefold().split())
    return f"paper:{unicodedata.normalize('NFKC', folded)}"


def person_keys(identity: str) -> list[str]:
    """HMAC-SHA-256 of ``identity`` as 64 hex digits: under the current secret, then older ones."""
    secrets = [app_settings.PERSON_KEY_SECRET, *app_settings.PERSON_KEY_SECRET_FALLBACKS]
    return [
        hmac.new(secret.encode(), identity.encode(), hashlib.sha256).hexdigest()
        for secret in secrets
    ]


def address_mark(email: str) -> str:
    """A short keyed mark of an address, to bind a link to it without naming it in the URL."""
    return address_marks(email)[0]


def address_marks(email: str) -> list[str]:
    """:func:`address_mark` under the current secret, then under older ones.

    Blind to dots and plus-addresses, whatever the table says today: a link keeps working when
    its reader is written to in another spelling.
    """
    local, _at, domain = email.strip().lower().rpartition("@")
    spelling = f"{local.partition('+')[0].replace('.', '') or local}@{domain}"
    return [key[:16] for key in person_keys(f"mark:{spelling}")]
