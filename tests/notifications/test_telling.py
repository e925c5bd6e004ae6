"""Telling followers: each piece of news once, at once or in a digest, and the click to end it."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as django_mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from tests.citizens import everything, heading
from wagtail_borgerdialog.contributions import events
from wagtail_borgerdialog.contributions.actions import change_status, comment_on, moderate, withdraw
from wagtail_borgerdialog.contributions.models import (
    Contribution,
    Status,
    StatusKind,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.mail import build, send_due
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.notifications.actions import change_frequency
from wagtail_borgerdialog.notifications.component import Notifications
from wagtail_borgerdialog.notifications.digests import digest_moment, tell_digests
from wagtail_borgerdialog.notifications.models import Follow, FollowStatus, Frequency, News
from wagtail_borgerdialog.notifications.telling import tell_at_once
from wagtail_borgerdialog.people.selectors import person_of
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.testing.factories import (
    AreaFactory,
    CategoryFactory,
    ContributionFactory,
    ParticipantFactory,
    UserFactory,
)
from wagtail_borgerdialog.testing.notifications import FollowFactory, NewsFactory

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
HERE = ZoneInfo("Europe/Copenhagen")
# A Wednesday.
NOW = datetime.datetime(2027, 5, 5, 12, tzinfo=HERE)


@pytest.fixture
def idea() -> Contribution:
    return ContributionFactory(
        title="En bænk ved havnen", area=AreaFactory(), category=CategoryFactory()
    )


def follow(*, since: datetime.datetime = NOW - 30 * DAY, **what: object) -> Follow:
    what.setdefault("participant", ParticipantFactory(language="en"))
    return FollowFactory(created_at=since, **what)


def move(idea: Contribution, kind: str = StatusKind.IN_PROCESS, *, at=NOW) -> None:
    change_status(idea, Status.objects.of_kind(kind), at=at)


def told() -> list[OutgoingMail]:
    templates = ["followed_news", "followed_digest"]
    return list(OutgoingMail.objects.filter(template__in=templates).order_by("pk"))


# -- What is news


def test_only_events_with_a_sentence_are_news_and_only_of_what_is_public(idea):
    def happens(about: Contribution, event: str) -> None:
        contribution_event.send(Contribution, contribution=about, event=event, at=NOW, by=None)

    happens(idea, events.SUPPORTED)
    happens(ContributionFactory(visibility=Visibility.PENDING), events.STATUS_CHANGED)
    assert not News.objects.exists()
    happens(idea, events.STATUS_CHANGED)
    happens(idea, events.STATUS_CHANGED)
    assert News.objects.count() == 1


def test_a_change_costs_its_request_one_query_whoever_follows(idea):
    Status.objects.of_kind(StatusKind.IN_PROCESS)

    def queries(kind: str) -> int:
        status = Status.objects.of_kind(kind)
        with CaptureQueriesContext(connection) as captured:
            change_status(idea, status, at=NOW)
        return len(captured)

    few = queries(StatusKind.IN_PROCESS)
    for _ in range(20):
        follow(contribution=idea)
    assert queries(StatusKind.DELAYED) == few
    assert not told()


# -- At once


@pytest.mark.parametrize("name", ["contribution", "activity", "area", "category"])
def test_a_follower_is_told_at_once_however_they_follow_it(idea, name):
    row = follow(**{name: getattr(idea, name) if name != "contribution" else idea})
    follow(activity=ContributionFactory().activity)
    move(idea)
    tell_at_once(at=NOW)
    (mail,) = told()
    assert mail.recipient_key == row.participant.person_key
    message = build(mail)
    assert "En bænk ved havnen" in message.subject
    assert "The case has moved on." in message.body
    assert "Where it stands now: Being considered" in message.body
    assert idea.reference in message.body


def test_somebody_who_follows_in_several_ways_is_told_once(idea):
    asta = ParticipantFactory(language="en")
    for what in ({"contribution": idea}, {"activity": idea.activity}, {"area": idea.area}):
        follow(participant=asta, **what)
    move(idea)
    assert tell_at_once(at=NOW, size=2) == 1
    assert tell_at_once(at=NOW) == 0
    assert len(told()) == 1


def test_what_happened_before_somebody_followed_is_no_news_to_them(idea):
    follow(contribution=idea, since=NOW)
    move(idea, at=NOW)
    tell_at_once(at=NOW)
    assert not told()


def test_all_that_happens_in_one_moment_is_one_mail(idea):
    follow(contribution=idea)
    NewsFactory(contribution=idea, at=NOW, event=events.STATUS_CHANGED)
    NewsFactory(contribution=idea, at=NOW, event=events.PUBLISHED)
    tell_at_once(at=NOW)
    (mail,) = told()
    assert len(mail.context["sentences"]) == 2


def test_comments_are_told_to_those_who_follow_the_text_and_did_not_write_them(idea):
    asta = ParticipantFactory(language="en", level="email")
    direct = follow(contribution=idea)
    follow(activity=idea.activity)
    follow(participant=asta, contribution=idea)
    daily = follow(participant=asta, activity=idea.activity, frequency=Frequency.DAILY)
    comment_on(idea, by=person_of(asta), body="Ja tak", language="da", at=NOW, declared=True)
    tell_at_once(at=NOW)
    (mail,) = told()
    assert mail.recipient_key == direct.participant.person_key
    assert mail.context["sentences"] == ["There is a new comment."]
    assert daily.status == FollowStatus.CONFIRMED


def test_an_author_whose_own_mail_tells_it_is_not_told_twice():
    idea = ContributionFactory(visibility=Visibility.PENDING)
    follow(participant=idea.participant, activity=idea.activity)
    follow(participant=idea.participant, contribution=idea, frequency=Frequency.DAILY)
    moderator = UserFactory(is_superuser=True)
    moderate(idea, ModerationAction.PUBLISH, by=moderator, at=NOW)
    assert News.objects.count() == 1
    tell_at_once(at=NOW)
    tell_digests(at=NOW + DAY)
    assert not told()


@pytest.mark.parametrize("size", [1, 2, 3])
def test_followers_are_told_in_batches_and_each_once(idea, size):
    rows = [follow(activity=idea.activity) for _ in range(5)]
    move(idea)
    assert tell_at_once(at=NOW, size=size) == 5
    assert {m.recipient_key for m in told()} == {r.participant.person_key for r in rows}
    assert News.objects.get().told_at == NOW


def test_a_run_that_died_is_gone_on_with(idea, monkeypatch):
    for _ in range(4):
        follow(activity=idea.activity)
    move(idea)
    from wagtail_borgerdialog.notifications import telling

    queue_all, runs = telling.queue_all, []

    def die_in_the_second_batch(mails: list[OutgoingMail]) -> None:
        runs.append(len(mails))
        queue_all(mails)
        if len(runs) == 2:
            raise SystemExit

    monkeypatch.setattr(telling, "queue_all", die_in_the_second_batch)
    with pytest.raises(SystemExit):
        tell_at_once(at=NOW, size=2)
    monkeypatch.undo()
    tell_at_once(at=NOW, size=2)
    assert len(told()) == 4


def test_a_batch_costs_the_same_for_many(idea):
    def queries(number: int) -> int:
        for _ in range(number):
            follow(activity=idea.activity)
        news = NewsFactory(contribution=idea, at=NOW + number * DAY)
        with CaptureQueriesContext(connection) as captured:
            tell_at_once(at=news.at)
        return len(captured)

    queries(1)
    assert queries(20) == queries(40)


def test_nobody_is_told_of_what_has_been_hidden_meanwhile(idea):
    follow(contribution=idea)
    follow(contribution=idea, frequency=Frequency.DAILY)
    move(idea)
    Contribution.objects.update(visibility=Visibility.HIDDEN)
    Notifications().run_clock(at=NOW + DAY)
    assert not told()
    assert not News.objects.untold().exists()


def test_nobody_is_told_of_what_is_on_a_page_that_is_private_meanwhile(idea):
    follow(contribution=idea)
    follow(contribution=idea, frequency=Frequency.DAILY)
    move(idea)
    PageViewRestriction.objects.create(page=idea.activity.page, restriction_type="login")
    Notifications().run_clock(at=NOW + DAY)
    assert not told()


def test_a_mail_that_has_not_left_is_taken_back_with_the_text(idea):
    follow(contribution=idea)
    move(idea)
    tell_at_once(at=NOW)
    withdraw(idea, by=person_of(idea.participant), at=NOW)
    assert not told()


def test_somebody_without_an_address_is_not_told(idea):
    follow(contribution=idea, participant=ParticipantFactory(email="", person_key="x" * 64))
    follow(contribution=idea, status=FollowStatus.PENDING)
    follow(contribution=idea, status=FollowStatus.ENDED)
    move(idea)
    Notifications().run_clock(at=NOW + DAY)
    assert not told()


# -- Digests


@pytest.mark.parametrize(
    ("frequency", "at", "expected"),
    [
        ("daily", datetime.datetime(2027, 5, 5, 7, tzinfo=HERE), (5, 5)),
        ("daily", datetime.datetime(2027, 5, 5, 6, 59, 59, tzinfo=HERE), (5, 4)),
        ("weekly", datetime.datetime(2027, 5, 10, 7, tzinfo=HERE), (5, 10)),
        ("weekly", datetime.datetime(2027, 5, 10, 6, 59, 59, tzinfo=HERE), (5, 3)),
        # The day summer time ends, and the day it begins.
        ("daily", datetime.datetime(2026, 10, 25, 7, tzinfo=HERE), (10, 25)),
        ("daily", datetime.datetime(2027, 3, 28, 6, 59, tzinfo=HERE), (3, 27)),
    ],
)
def test_a_digest_is_made_at_the_hour_of_the_clock_here(frequency, at, expected):
    moment = timezone.localtime(digest_moment(frequency, at=at), HERE)
    assert (moment.month, moment.day) == expected
    assert (moment.hour, moment.minute) == (7, 0)


def test_a_digest_tells_what_is_new_since_the_last_grouped_by_page(idea):
    asta = ParticipantFactory(language="en")
    row = follow(participant=asta, activity=idea.activity, frequency=Frequency.DAILY)
    tell_digests(at=NOW)
    neighbour = ContributionFactory(activity=idea.activity, title="Et træ")
    elsewhere = ContributionFactory(title="En bro")
    follow(participant=asta, contribution=elsewhere, frequency=Frequency.DAILY)
    for about in (idea, neighbour, elsewhere):
        move(about, at=NOW + datetime.timedelta(hours=1))
    assert tell_digests(at=NOW + datetime.timedelta(hours=2)) == 0
    assert tell_digests(at=NOW + DAY) == 1
    (mail,) = told()
    assert [len(page["texts"]) for page in mail.context["pages"]] == [2, 1]
    message = build(mail)
    assert message.subject == "News about 3 things that you follow"
    assert "Et træ" in message.body
    assert tell_digests(at=NOW + DAY) == 0
    assert tell_digests(at=NOW + 2 * DAY) == 0
    row.refresh_from_db()
    assert row.told_until == digest_moment("daily", at=NOW + 2 * DAY)


def test_nobody_gets_an_empty_digest(idea):
    follow(activity=idea.activity, frequency=Frequency.WEEKLY)
    for week in range(3):
        tell_digests(at=NOW + week * 7 * DAY)
    assert not told()


def test_a_weekly_digest_comes_on_monday(idea):
    follow(activity=idea.activity, frequency=Frequency.WEEKLY)
    move(idea)
    assert [tell_digests(at=NOW + days * DAY) for days in range(7)] == [0, 0, 0, 0, 0, 1, 0]


def test_what_is_told_at_once_is_not_in_the_digest_too(idea):
    asta = ParticipantFactory(language="en")
    follow(participant=asta, contribution=idea)
    follow(participant=asta, activity=idea.activity, frequency=Frequency.DAILY)
    follow(participant=asta, area=idea.area, frequency=Frequency.WEEKLY)
    move(idea)
    for days in range(8):
        Notifications().run_clock(at=NOW + days * DAY)
    (mail,) = told()
    assert mail.template == "followed_news"


def test_digests_are_written_in_the_language_of_each_reader(idea):
    follow(contribution=idea, frequency=Frequency.DAILY)
    follow(
        contribution=idea,
        frequency=Frequency.DAILY,
        participant=ParticipantFactory(language="da"),
    )
    move(idea)
    tell_digests(at=NOW + DAY)
    english, danish = (build(mail).body for mail in told())
    assert "Where it stands now" in english
    assert "Where it stands now" not in danish


def test_a_batch_of_digests_costs_the_same_for_many(idea):
    def queries(number: int, at: datetime.datetime) -> int:
        for _ in range(number):
            follow(activity=idea.activity, frequency=Frequency.DAILY, since=at - DAY)
            other = ContributionFactory(activity=idea.activity)
            NewsFactory(contribution=other, at=at - datetime.timedelta(hours=1))
        with CaptureQueriesContext(connection) as captured:
            assert tell_digests(at=at) >= number
        return len(captured)

    morning = digest_moment("daily", at=NOW)
    queries(1, morning)
    assert queries(20, morning + DAY) == queries(40, morning + 2 * DAY)


def test_changing_from_a_digest_to_at_once_loses_and_repeats_nothing(idea):
    row = follow(contribution=idea, frequency=Frequency.WEEKLY)
    move(idea, StatusKind.IN_PROCESS, at=NOW)
    tell_at_once(at=NOW)
    change_frequency(row, Frequency.AT_ONCE, at=NOW + DAY)
    assert [mail.template for mail in told()] == ["followed_digest"]
    move(idea, StatusKind.ANSWERED, at=NOW + 2 * DAY)
    for days in range(2, 12):
        Notifications().run_clock(at=NOW + days * DAY)
    assert [mail.template for mail in told()] == ["followed_digest", "followed_news"]


def test_changing_from_at_once_to_a_digest_loses_and_repeats_nothing(idea):
    row = follow(contribution=idea)
    move(idea, StatusKind.IN_PROCESS, at=NOW)
    tell_at_once(at=NOW)
    move(idea, StatusKind.ANSWERED, at=NOW + datetime.timedelta(minutes=1))
    change_frequency(row, Frequency.DAILY, at=NOW + datetime.timedelta(minutes=2))
    for days in range(3):
        Notifications().run_clock(at=NOW + days * DAY)
    first, second = told()
    assert first.template == "followed_news"
    (page,) = second.context["pages"]
    assert page["texts"][0]["sentences"] == ["The case has moved on."]
    assert second.context["count"] == 1


# -- The click that ends it (RFC 8058)


@pytest.fixture(params=[Frequency.AT_ONCE, Frequency.DAILY])
def message(request, idea):
    follow(contribution=idea, frequency=request.param)
    move(idea)
    Notifications().run_clock(at=NOW + DAY)
    send_due(at=NOW + DAY)
    (sent,) = django_mail.outbox
    return sent


def unfollow_path(message) -> str:
    url = re.fullmatch(r"<(https?://\S+)>", message.extra_headers["List-Unsubscribe"])[1]
    return "/" + url.split("/", 3)[3]


def test_a_follower_s_mail_can_be_ended_by_one_post_without_cookie_or_token(message):
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    program = Client(enforce_csrf_checks=True)
    response = program.post(unfollow_path(message), {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert not response.cookies
    assert Follow.objects.get().status == FollowStatus.ENDED
    assert heading(response) == "You get no more of these mails"


def test_the_headers_reach_the_mail_program_as_one_address(message):
    raw = message.message()
    assert raw["List-Unsubscribe"].replace("\n", "").replace(" ", "").endswith("/>")
    assert b"=?utf-8?" not in raw.as_bytes().split(b"List-Unsubscribe:")[1].split(b"List-")[0]


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_scanner_that_opens_the_links_ends_nothing(client, message, method):
    links = re.findall(r"https?://\S+/(?:link|unfollow)/\S+", message.body)
    assert len(links) == 2
    before = (everything(), list(Follow.objects.values()))
    for link in [*links, unfollow_path(message)]:
        path = "/" + link.split("/", 3)[3] if "://" in link else link
        assert getattr(client, method)(path).status_code == 200
    assert (everything(), list(Follow.objects.values())) == before


def test_a_person_who_opens_the_link_gets_a_button_that_works(client, message):
    path = unfollow_path(message)
    assert heading(client.get(path)) == "Do you want to stop these mails?"
    assert heading(client.post(path)) == "You get no more of these mails"
    assert heading(client.get(path)) == "You get no more of these mails"


def test_a_false_link_ends_nothing(client, message):
    path = unfollow_path(message)
    assert client.post(path.replace("unfollow/", "unfollow/x")).status_code == 410
    assert Follow.objects.get().status == FollowStatus.CONFIRMED
