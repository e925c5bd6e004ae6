"""Tell those who want to know once a day or once a week: what is new since the last digest."""

import dataclasses
import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from wagtail.models import Site

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.contributions.models import Comment, Contribution
from wagtail_borgerdialog.models import Category
from wagtail_borgerdialog.notifications.models import TARGETS, Follow, Frequency, News
from wagtail_borgerdialog.notifications.outbox import ToldAlready, links_for, outgoing, queue_all
from wagtail_borgerdialog.notifications.selectors import Pages, sentences
from wagtail_borgerdialog.people.models import Participant

BATCH = 200
# A mail that nobody reads to the end tells nothing; the pages have the rest.
LONGEST_DIGEST = 50


def digest_moment(frequency: str, *, at: datetime.datetime) -> datetime.datetime:
    """The latest moment up to ``at`` at which a digest is made: the hour in the settings.

    On the clock that people here look at; weekly ones on Mondays.
    """
    day = timezone.localdate(at)
    if _at_hour(day) > at:
        day -= datetime.timedelta(days=1)
    if frequency == Frequency.WEEKLY:
        day -= datetime.timedelta(days=day.weekday())
    return _at_hour(day)


def _at_hour(day: datetime.date) -> datetime.datetime:
    hour = datetime.time(app_settings.DIGEST_HOUR)
    return datetime.datetime.combine(day, hour, tzinfo=timezone.get_current_timezone())


def tell_digests(*, at: datetime.datetime, size: int = BATCH) -> int:
    """Queue the digests that are due at ``at``; returns how many. Nobody gets an empty one."""
    told = 0
    for frequency in (Frequency.DAILY, Frequency.WEEKLY):
        until = digest_moment(frequency, at=at)
        while people := _people_due(frequency, until, size=size):
            told += _tell_people(people, frequency, until, at=at)
    return told


def tell_what_is_left(row: Follow, *, at: datetime.datetime) -> int:
    """The digest of one follow, now: its reader wants to be told at once from here on."""
    batch = _Batch(row.site, [row.participant_id], until=at, due=lambda other: other.pk == row.pk)
    return batch.tell(f"digest:rest:{row.pk}:{at:%Y%m%d%H%M%S}", row.frequency, at=at)


def _people_due(frequency: str, until: datetime.datetime, *, size: int) -> list[tuple[int, int]]:
    """Whose digest on which site is not made yet: pairs of a site and a participant."""
    due = Follow.objects.confirmed().filter(frequency=frequency, told_until__lt=until)
    pairs = due.order_by("site", "participant").values_list("site", "participant").distinct()
    return list(pairs[:size])


def _tell_people(
    people: Sequence[tuple[int, int]],
    frequency: str,
    until: datetime.datetime,
    *,
    at: datetime.datetime,
) -> int:
    """The digests of the first site in ``people``. Ten queries, however many they are."""
    first, _participant = people[0]
    site = Site.objects.get(pk=first)
    with transaction.atomic():
        batch = _Batch(
            site,
            [participant for of_site, participant in people if of_site == first],
            until=until,
            due=lambda row: row.frequency == frequency and row.told_until < until,
        )
        told = batch.tell(f"digest:{frequency}:{site.pk}:{until:%Y%m%d}", frequency, at=at)
        Follow.objects.filter(pk__in=[row.pk for row in batch.due]).update(told_until=until)
    return told


@dataclasses.dataclass
class _Piece:
    """A text, and what happened to it that the reader has not been told."""

    contribution: Contribution
    events: list[str] = dataclasses.field(default_factory=list)


class _Batch:
    """Some followers on one site, and all that is new to any of them."""

    def __init__(
        self,
        site: Site,
        participants: Sequence[int],
        *,
        until: datetime.datetime,
        due: Callable[[Follow], bool],
    ) -> None:
        self.site = site
        follows = Follow.objects.confirmed().filter(site=site, participant__in=participants)
        self.follows: dict[Participant, list[Follow]] = defaultdict(list)
        for row in follows.select_related("participant", "category").order_by("participant", "pk"):
            self.follows[row.participant].append(row)
        self.due = [row for rows in self.follows.values() for row in rows if due(row)]
        self.news = self._news(until) if self.due else []
        self.told = self._told() if self.news else None
        self.own = self._own_comments()
        self.pages = Pages(news.contribution.activity_id for news in self.news)

    def tell(self, event: str, frequency: str, *, at: datetime.datetime) -> int:
        """Queue one mail to each who has something to read; returns how many."""
        mails = []
        due = {row.pk for row in self.due}
        for person, follows in self.follows.items():
            pieces = self._pieces(person, follows, due)
            if not pieces:
                continue
            ends = [row for row in follows if row.pk in due]
            mails.append(
                outgoing(
                    event,
                    template="followed_digest",
                    to=person,
                    site=self.site,
                    at=at,
                    context={
                        "frequency": frequency,
                        **self._words(person, pieces),
                        **links_for(person, ends, site=self.site),
                    },
                )
            )
        if mails:
            queue_all(mails)
        return len(mails)

    def _news(self, until: datetime.datetime) -> list[News]:
        """What happened to anything that a digest now due follows, and everybody may read now."""
        since = min(row.told_until for row in self.due)
        ids = {name: {getattr(row, f"{name}_id") for row in self.due} - {None} for name in TARGETS}
        shared = Category.objects.filter(pk__in=ids["category"]).values("translation_key")
        about = Contribution.objects.visible_to(AnonymousUser(), self.site).filter(
            Q(pk__in=ids["contribution"])
            | Q(activity__in=ids["activity"])
            | Q(area__in=ids["area"])
            | Q(category__translation_key__in=shared)
        )
        return list(
            News.objects.between(since, until)
            .filter(contribution__in=about.order_by().values("pk"))
            .select_related("contribution__status", "contribution__category")
            .defer("contribution__body")
        )

    def _told(self) -> ToldAlready:
        return ToldAlready(self.follows, since=min(news.at for news in self.news))

    def _own_comments(self) -> set[tuple[int, datetime.datetime, int]]:
        """Nobody needs to be told what they wrote themselves."""
        moments = {news.at for news in self.news if news.is_narrow}
        if not moments:
            return set()
        own = Comment.objects.filter(published_at__in=moments, participant__in=self.follows)
        return set(own.values_list("contribution_id", "published_at", "participant_id"))

    def _pieces(
        self, person: Participant, follows: Sequence[Follow], due: set[int]
    ) -> list[_Piece]:
        """What is new to ``person``: each piece by the follow that tells it soonest."""
        follows_by_thing = {_thing_of(row): row for row in follows}
        pieces: dict[int, _Piece] = {}
        for news in self.news:
            ways = [follows_by_thing[thing] for thing in _things(news) if thing in follows_by_thing]
            ways = [row for row in ways if _since(row, due) < news.at]
            if not ways or (news.contribution_id, news.at, person.pk) in self.own:
                continue
            soonest = min(ways, key=lambda row: Frequency(row.frequency).rank)
            if soonest.pk not in due or self.told.knows(person, news):
                continue
            about = news.contribution
            pieces.setdefault(about.pk, _Piece(about)).events.append(news.event)
        return list(pieces.values())

    def _words(self, person: Participant, pieces: Sequence[_Piece]) -> dict[str, mail.JSONValue]:
        shown = pieces[-LONGEST_DIGEST:]
        pages: dict[int, dict[str, mail.JSONValue]] = {}
        with translation.override(person.language):
            for piece in shown:
                about = piece.contribution
                title, url = self.pages.title_and_url(about.activity_id)
                page = pages.setdefault(
                    about.activity_id, {"title": title, "url": url, "texts": []}
                )
                page["texts"].append(
                    {
                        "title": about.title,
                        "language": about.language,
                        "reference": about.reference,
                        "url": self.pages.url_of(about),
                        "status": str(about.status),
                        "sentences": sentences(piece.events, language=person.language),
                    }
                )
        return {
            "pages": list(pages.values()),
            "count": len(pieces),
            "left_out": len(pieces) - len(shown),
        }


def _since(row: Follow, due: set[int]) -> datetime.datetime:
    """From when on ``row`` tells: a digest now due all since the last, others since they began."""
    return row.told_until if row.pk in due else row.changed_at


def _thing_of(row: Follow) -> tuple[str, object]:
    if row.category_id:
        return "category", row.category.translation_key
    return row.target_name, row.target_id


def _things(news: News) -> Iterable[tuple[str, object]]:
    """All that one can follow to hear of ``news``."""
    about = news.contribution
    yield "contribution", about.pk
    if news.is_narrow:
        return
    yield "activity", about.activity_id
    if about.area_id:
        yield "area", about.area_id
    if about.category_id:
        yield "category", about.category.translation_key
