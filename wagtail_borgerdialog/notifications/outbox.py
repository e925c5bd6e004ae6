"""What followers' mails have in common: the links below them, and who has been told already."""

import datetime
from collections.abc import Iterable, Sequence

from django.core import signing
from django.urls import reverse
from django.utils import translation
from wagtail.models import Site

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.notifications.models import Follow, News
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.people.models import Participant

_SALT = "wagtail_borgerdialog.unfollow"
# Queued at the moment of the news, these say something else.
OTHER_MAILS = ("supported", "already_supported")


def unfollow_url(follows: Iterable[Follow], *, site: Site, language: str) -> str:
    """The address that ends ``follows`` when a mail program posts to it (RFC 8058)."""
    token = signing.dumps([site.pk, sorted(row.pk for row in follows)], salt=_SALT, compress=True)
    with translation.override(language):
        return site.root_url + reverse("borgerdialog:unfollow", args=[token])


def read_unfollow_token(token: str, *, site: Site) -> list[int] | None:
    """The keys of the follows that ``token`` ends; None where it is false or another site's.

    It never gets too old: a mail can be years old when its reader has had enough.
    """
    try:
        site_pk, pks = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return pks if site_pk == site.pk else None


def links_for(
    participant: Participant, follows: Iterable[Follow], *, site: Site
) -> dict[str, mail.JSONValue]:
    """What stands below each mail to a follower."""
    return {
        "unsubscribe_url": unfollow_url(follows, site=site, language=participant.language),
        "follows_url": link_url("follows", participant, site=site),
    }


def outgoing(
    event: str,
    *,
    template: str,
    to: Participant,
    site: Site,
    at: datetime.datetime,
    context: dict[str, mail.JSONValue],
) -> OutgoingMail:
    """An unsaved row of the outbox."""
    return OutgoingMail(
        site=site,
        recipient_key=to.person_key,
        event=event,
        template=template,
        context=context,
        to_email=to.email,
        language=to.language,
        created_at=at,
        next_attempt_at=at,
    )


def queue_all(mails: Sequence[OutgoingMail]) -> None:
    """Write ``mails`` into the outbox, each once per recipient and event; the sender finds them.

    One query. Nothing is sent from here: there may be thousands.
    """
    OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True)


def event_of(contribution_id: int, at: datetime.datetime) -> str:
    """What a follower's mail is about: all that happened to a text in one moment."""
    return f"{contribution_id}:news:{at.isoformat()}"


class ToldAlready:
    """Which of ``people`` got a mail of their own about a piece of news, or a follower's."""

    def __init__(self, people: Iterable[Participant], *, since: datetime.datetime) -> None:
        rows = OutgoingMail.objects.filter(
            recipient_key__in={person.person_key for person in people}, created_at__gte=since
        ).exclude(template__in=OTHER_MAILS)
        self._events: set[tuple[str, str]] = set()
        self._moments: set[tuple[str, str, datetime.datetime]] = set()
        for key, event, created_at in rows.values_list("recipient_key", "event", "created_at"):
            self._events.add((key, event))
            self._moments.add((key, event.partition(":")[0], created_at))

    def knows(self, person: Participant, news: News) -> bool:
        """Whether ``person`` has been told what happened at the moment of ``news``."""
        key = person.person_key
        about = news.contribution_id
        return (key, event_of(about, news.at)) in self._events or (
            key,
            str(about),
            news.at,
        ) in self._moments


def forget_unsent(contribution: Contribution) -> None:
    """Take back what followers have not been sent about a text that nobody may read any more."""
    unsent = OutgoingMail.objects.unsent().filter(template="followed_news")
    unsent.filter(event__startswith=f"{contribution.pk}:news:").delete()
