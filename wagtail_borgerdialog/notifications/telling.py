"""Tell those who want to know at once: in batches, on from where the last run came to."""

import datetime
from collections.abc import Mapping, Sequence
from itertools import groupby

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import translation

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.contributions.models import Comment, Contribution
from wagtail_borgerdialog.notifications.models import Follow, Frequency, News
from wagtail_borgerdialog.notifications.outbox import (
    ToldAlready,
    event_of,
    links_for,
    outgoing,
    queue_all,
)
from wagtail_borgerdialog.notifications.selectors import Pages, category_names, sentences
from wagtail_borgerdialog.people.models import Participant

BATCH = 500


def tell_at_once(*, at: datetime.datetime, size: int = BATCH) -> int:
    """Queue what those who want to know at once have not been told; returns how many mails.

    A process that dies goes on from its last batch, and nobody is told twice: the outbox takes
    each moment of a text once per person.
    """
    told = 0
    while (news := News.objects.untold().first()) is not None:
        told += _tell_batch(news, at=at, size=size)
    return told


def _tell_batch(lead: News, *, at: datetime.datetime, size: int) -> int:
    """The next ``size`` followers of what happened in the moment of ``lead``. Eleven queries."""
    with transaction.atomic():
        moment = list(
            News.objects.untold()
            .filter(contribution=lead.contribution_id, at=lead.at)
            .select_for_update()
        )
        if not moment:  # another process has told it meanwhile
            return 0
        of_moment = News.objects.filter(pk__in=[news.pk for news in moment])
        about = _readable(lead)
        rows = _followers(about, moment, size=size) if about is not None else []
        mails = _mails(about, moment, rows, at=at) if about is not None and rows else []
        queue_all(mails)
        if len(rows) < size:
            of_moment.update(told_at=at)
        else:
            of_moment.update(told_to=_last(rows))
    return len(mails)


def _readable(news: News) -> Contribution | None:
    """What the news is about, if everybody may still read it."""
    found = Contribution.objects.select_related("site", "status", "area").defer("area__boundary")
    about = found.get(pk=news.contribution_id)
    gate = Contribution.objects.visible_to(AnonymousUser(), about.site)
    return about if gate.filter(pk=about.pk).exists() else None


def _followers(about: Contribution, moment: Sequence[News], *, size: int) -> list[Follow]:
    # Nobody needs to be told what they wrote themselves.
    writers = Comment.objects.filter(
        contribution=about.pk, published_at=moment[0].at, participant__isnull=False
    )
    return list(
        Follow.objects.confirmed()
        .about(about, only_itself=all(news.is_narrow for news in moment))
        .filter(
            frequency=Frequency.AT_ONCE,
            told_until__lt=moment[0].at,
            participant__gt=moment[0].told_to,
        )
        .exclude(participant__in=writers.order_by().values("participant"))
        .select_related("participant")
        .order_by("participant", "pk")[:size]
    )


def _last(rows: Sequence[Follow]) -> int:
    """How far a full batch came: its last person may have more rows, and comes again."""
    last = rows[-1].participant_id
    before = [row.participant_id for row in rows if row.participant_id != last]
    return before[-1] if before else last


def _mails(
    about: Contribution, moment: Sequence[News], rows: Sequence[Follow], *, at: datetime.datetime
) -> list[mail.OutgoingMail]:
    words = _Words(about, moment, rows)
    told = ToldAlready([row.participant for row in rows], since=moment[0].at)
    mails = []
    for _pk, group in groupby(rows, key=lambda row: row.participant_id):
        follows = list(group)
        person = follows[0].participant
        if told.knows(person, moment[0]):
            continue
        mails.append(
            outgoing(
                event_of(about.pk, moment[0].at),
                template="followed_news",
                to=person,
                site=about.site,
                at=at,
                context={
                    **words.about(person, follows),
                    **links_for(person, follows, site=about.site),
                },
            )
        )
    return mails


class _Words:
    """What a mail says, put together once for each language."""

    def __init__(self, about: Contribution, moment: Sequence[News], rows: Sequence[Follow]) -> None:
        self._contribution = about
        self._pages = Pages([about.activity_id])
        self._events = [news.event for news in moment]
        self._wide_events = [news.event for news in moment if not news.is_narrow]
        self._categories = {row.category_id for row in rows} - {None}
        self._in_language: dict[str, Mapping[str, object]] = {}

    def about(self, person: Participant, follows: Sequence[Follow]) -> dict[str, mail.JSONValue]:
        """The context of the mail to ``person``, who follows it in the ways of ``follows``."""
        words = self._in_language.get(person.language) or self._speak(person.language)
        ways = {row.target_name for row in follows}
        is_itself = "contribution" in ways
        return {
            "title": self._contribution.title,
            "title_language": self._contribution.language,
            "reference": self._contribution.reference,
            "url": words["url"],
            "status": words["status"],
            "page": words["page"],
            "sentences": words["all" if is_itself else "wide"],
            "ways": [] if is_itself else [w for name, w in words["ways"] if name in ways],
        }

    def _speak(self, language: str) -> Mapping[str, object]:
        about = self._contribution
        with translation.override(language):
            page, _url = self._pages.title_and_url(about.activity_id)
            names = category_names(self._categories)
            self._in_language[language] = {
                "url": self._pages.url_of(about),
                "status": str(about.status),
                "page": page,
                "all": sentences(self._events, language=language),
                "wide": sentences(self._wide_events, language=language),
                "ways": [
                    ("activity", page),
                    ("area", about.area.name if about.area else ""),
                    *[("category", name) for name in names.values()],
                ],
            }
        return self._in_language[language]
