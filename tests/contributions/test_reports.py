"""Anybody reports a text; a moderator answers, and no crowd decides anything for good."""

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import citizens
from tests.admin.conftest import RIGHTS, Town, collection, member, proposal_at, scheme
from wagtail_borgerdialog.contributions.actions import moderate, recount, report, withdraw
from wagtail_borgerdialog.contributions.actions.reporting import keep_reported
from wagtail_borgerdialog.contributions.models import (
    Comment,
    Contribution,
    ModerationDecision,
    Report,
    ReportedText,
    ReportOutcome,
    Visibility,
)
from wagtail_borgerdialog.contributions.retained_reports import Reports
from wagtail_borgerdialog.models import OutgoingMail, ParticipationSettings
from wagtail_borgerdialog.people.eligibility import NOBODY, Person
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.people.selectors import person_of
from wagtail_borgerdialog.people.signals import participants_merged
from wagtail_borgerdialog.testing.factories import (
    CommentFactory,
    ParticipantFactory,
    UserFactory,
    default_site,
)
from wagtail_borgerdialog.testing.ideas import IdeaFactory

pytestmark = pytest.mark.django_db

REASON = {
    "reason_code": "offensive",
    "rule_cited": "Sidens regler, punkt 2",
    "public_note": "Skriv det uden navne.",
    "internal_note": "",
}


@pytest.fixture
def town(db) -> Town:
    here, elsewhere = collection("Idébanken"), collection("Borgermillionen")
    staff = {"moderator": member("moderator", RIGHTS["moderator"], here.page)}
    staff["outsider"] = member("outsider", RIGHTS["moderator"], elsewhere.page)
    staff["caseworker"] = member("caseworker", RIGHTS["caseworker"], here.page)
    return Town(here, elsewhere, staff)


@pytest.fixture
def idea(town) -> Contribution:
    return IdeaFactory(activity=town.here, title="En bænk ved havnen")


def hide_after(number: int) -> None:
    ParticipationSettings.objects.filter(site=default_site()).update(hide_after_reports=number)


def browser(network: int = 1) -> Client:
    return Client(REMOTE_ADDR=f"203.0.{network}.7", headers={"accept-language": "en"})


def send(client: Client, text: Contribution | Comment, **typed: str):
    """Fill in the form about ``text`` and send it."""
    contribution = text.contribution if isinstance(text, Comment) else text
    url = citizens.address("report", contribution.reference)
    if isinstance(text, Comment):
        url += f"?comment={text.pk}"
    return citizens.send(client, url, **{"reason_code": "offensive", **typed})


def fresh(text):
    return type(text).objects.get(pk=text.pk)


def voices(text, number: int, *, start: int = 1) -> None:
    for network in range(start, start + number):
        assert send(browser(network), text).status_code == 303


def act(town: Town, row: ReportedText, action: str, data: dict[str, str] | None = None):
    url = reverse("borgerdialog_reports:action", args=[row.pk, action])
    return town.client("moderator").post(url, data or {}, follow=True)


# -- reporting


def test_anybody_reports_a_text_without_an_account_and_learns_what_happens_next(idea):
    client = browser()
    link = citizens.page(client.get(idea.specific.activity.page.get_url() + f"{idea.reference}/"))
    assert link.find("a", href=re.compile(r"/report/"))
    form = client.get(citizens.address("report", idea.reference))
    assert citizens.asked(form) == {"reason_code", "words", "email"}
    assert "A moderator reads it and decides." in citizens.words(form)
    response = send(client, idea, words="Han skriver grimt.")
    assert response.status_code == 303
    assert "A moderator reads the text and decides." in citizens.words(client.get(response.url))
    row = Report.objects.get()
    assert (row.reason_code, row.words, row.participant) == (
        "offensive",
        "Han skriver grimt.",
        None,
    )
    assert fresh(idea).visibility == Visibility.VISIBLE
    assert OutgoingMail.objects.count() == 0


def test_opening_the_form_changes_nothing(idea):
    before = citizens.everything()
    browser().get(citizens.address("report", idea.reference))
    browser().head(citizens.address("report", idea.reference))
    assert citizens.everything() == before


def test_a_comment_and_a_reply_can_be_reported_where_they_stand(idea):
    comment = CommentFactory(contribution=idea, body="Noget grimt")
    reply = CommentFactory(contribution=idea, parent=comment, body="Noget grimmere")
    page = citizens.page(browser().get(f"{idea.activity.page.get_url()}{idea.reference}/"))
    assert len(page.find_all("a", href=re.compile(r"/report/.*\?comment="))) == 2
    form = browser().get(citizens.address("report", idea.reference) + f"?comment={reply.pk}")
    assert "Noget grimmere" in citizens.words(form)
    send(browser(), reply)
    assert ReportedText.objects.get().comment == reply


def test_another_reason_needs_words(idea):
    response = send(browser(), idea, reason_code="other")
    assert "Write what is wrong." in citizens.words(response)
    assert Report.objects.count() == 0


@pytest.mark.parametrize("visibility", ["draft", "pending", "hidden", "removed", "withdrawn"])
def test_what_nobody_reads_cannot_be_reported(town, visibility):
    idea = IdeaFactory(activity=town.here, visibility=visibility)
    shown = IdeaFactory(activity=town.here)
    comment = CommentFactory(contribution=shown, visibility=visibility)
    assert browser().get(citizens.address("report", idea.reference)).status_code == 404
    url = citizens.address("report", shown.reference) + f"?comment={comment.pk}"
    assert browser().get(url).status_code == 404


def test_a_closed_or_paused_page_still_takes_reports(idea):
    type(idea.activity).objects.update(
        is_paused=True, closes_at=timezone.now() - datetime.timedelta(days=3)
    )
    assert send(browser(), idea).status_code == 303


def test_strangers_on_one_network_and_one_person_count_once_each(idea):
    user = UserFactory(verified=True)
    client = browser()
    for _ in range(2):
        send(browser(), idea)
    client.force_login(user)
    send(client, idea)
    assert "You have done this already" in citizens.words(
        client.get(citizens.address("report", idea.reference))
    )
    assert Report.objects.count() == ReportedText.objects.get().report_count == 2


def test_the_database_keeps_one_person_to_one_report(idea):
    user = UserFactory(verified=True)
    person = Person(user=user, participant=ParticipantFactory(user=user))
    at = timezone.now()
    assert report(idea, by=person, reason_code="spam", at=at)
    row = ReportedText.objects.get()
    twin = Report(reported=row, reason_code="spam", created_at=at)
    twin.person_key = person.participant.person_key
    Report.objects.bulk_create([twin], ignore_conflicts=True)
    assert Report.objects.count() == 1


def test_a_network_can_send_only_so_many(idea, settings):
    settings.BORGERDIALOG_FORMS_PER_ADDRESS_PER_HOUR = 1
    send(browser(), idea)
    assert send(browser(), idea).status_code == 429


def test_a_machine_that_fills_every_field_is_not_heard(idea):
    response = send(browser(), idea, homepage="https://spam.example")
    assert "a person sent this" in citizens.words(response)
    assert Report.objects.count() == 0


# -- out of sight


def test_reports_alone_hide_nothing_unless_the_site_says_so(idea):
    voices(idea, 5)
    assert fresh(idea).visibility == Visibility.VISIBLE
    assert ReportedText.objects.get().report_count == 5


def test_enough_voices_take_a_text_out_of_sight_until_a_moderator_has_looked(town, idea):
    hide_after(3)
    count = fresh(idea.activity).contribution_count
    url = f"{idea.activity.page.get_url()}{idea.reference}/"
    voices(idea, 2)
    assert fresh(idea).visibility == Visibility.VISIBLE
    voices(idea, 1, start=3)
    assert fresh(idea).visibility == Visibility.PENDING
    assert ReportedText.objects.get().held_at is not None
    gone = browser().get(url)
    assert gone.status_code == 404
    assert citizens.page(gone).find(class_="bd-placeholder")
    assert idea.title not in gone.content.decode()
    assert ModerationDecision.objects.count() == 0
    mail = OutgoingMail.objects.get(template="held")
    assert mail.recipient_key == idea.participant.person_key
    act(town, ReportedText.objects.get(), "keep")
    assert fresh(idea).visibility == Visibility.VISIBLE
    assert fresh(idea.activity).contribution_count == count
    assert recount(fix=False) == []
    assert browser().get(url).status_code == 200


def test_a_crowd_cannot_ask_twice(town, idea):
    hide_after(2)
    voices(idea, 2)
    act(town, ReportedText.objects.get(), "keep")
    voices(idea, 4, start=10)
    assert fresh(idea).visibility == Visibility.VISIBLE
    assert ReportedText.objects.open().get().report_count == 4


def test_what_was_let_stand_in_time_is_not_taken_out_of_sight_either(town, idea):
    hide_after(2)
    voices(idea, 1)
    act(town, ReportedText.objects.get(), "keep")
    voices(idea, 3, start=10)
    assert fresh(idea).visibility == Visibility.VISIBLE


def test_typed_addresses_are_no_voices(idea):
    hide_after(2)
    for number in range(4):
        send(browser(), idea, email=f"person{number}@example.dk")
    assert fresh(idea).visibility == Visibility.VISIBLE


def test_a_comment_waits_behind_a_placeholder_and_comes_back_counted(town, idea):
    hide_after(2)
    comment = CommentFactory(contribution=idea, body="Noget grimt")
    url = f"{idea.activity.page.get_url()}{idea.reference}/"
    voices(comment, 2)
    page = browser().get(url)
    assert "Noget grimt" not in page.content.decode()
    assert len(citizens.page(page).find_all(class_="bd-comment__placeholder")) == 1
    assert fresh(idea).comment_count == 0
    assert OutgoingMail.objects.filter(template="comment_held").count() == 1
    act(town, ReportedText.objects.get(), "keep")
    assert "Noget grimt" in browser().get(url).content.decode()
    assert recount(fix=False) == []


def test_the_municipalitys_own_comment_stays(idea):
    hide_after(2)
    comment = CommentFactory(contribution=idea, role_badge="Kommunen")
    voices(comment, 3)
    assert fresh(comment).visibility == Visibility.VISIBLE


def test_a_proposal_that_waits_after_reports_needs_no_second_formal_check(town):
    hide_after(2)
    there = scheme("Borgerforslag")
    proposal = proposal_at(
        there,
        kind="open_for_support",
        visibility="visible",
        support_goal=450,
        support_until=timezone.now() + datetime.timedelta(days=9),
        published_at=timezone.now(),
    )
    moderator = member("boss", RIGHTS["moderator"], there.page)
    voices(proposal, 2)
    assert fresh(proposal).visibility == Visibility.PENDING
    keep_reported(ReportedText.objects.get(), by=moderator, at=timezone.now())
    assert fresh(proposal).visibility == Visibility.VISIBLE


# -- answering


def test_letting_it_stand_answers_all_reports_and_tells_who_left_an_address(town, idea):
    send(browser(1), idea, email="bo@example.dk", words="Hemmeligt ord")
    send(browser(2), idea)
    act(town, ReportedText.objects.get(), "keep", {"internal_note": "Ingen sag."})
    row = ReportedText.objects.get()
    assert (row.outcome, row.settled_by) == (ReportOutcome.KEPT, town.staff["moderator"])
    assert row.internal_note == "Ingen sag."
    assert not Report.objects.exclude(network="").exists()
    mail = OutgoingMail.objects.get()
    assert (mail.template, mail.context["outcome"]) == ("report_settled", "kept")
    assert idea.title not in str({**mail.context, "url": ""})
    assert "Hemmeligt" not in str(mail.context)


@pytest.mark.parametrize("action", ["hide", "remove"])
def test_taking_it_away_from_the_queue_gives_the_author_the_reasons(town, idea, action):
    send(browser(1), idea, email="bo@example.dk")
    act(town, ReportedText.objects.get(), action, REASON)
    assert fresh(idea).visibility == {"hide": "hidden", "remove": "removed"}[action]
    assert ReportedText.objects.get().outcome == ReportOutcome.TAKEN_AWAY
    told = OutgoingMail.objects.get(template="not_shown").context
    assert told["was_reported"]
    assert told["appeal_url"]
    assert OutgoingMail.objects.get(template="report_settled").context["outcome"] == "taken_away"


def test_a_decision_anywhere_else_answers_the_reports_too(town, idea):
    send(browser(1), idea)
    moderate(idea, "hide", by=town.staff["moderator"], at=timezone.now(), reason_code="spam")
    assert ReportedText.objects.get().outcome == ReportOutcome.TAKEN_AWAY


def test_what_its_author_withdraws_is_answered(idea):
    send(browser(1), idea, email="bo@example.dk")
    withdraw(idea, by=person_of(idea.participant), at=timezone.now())
    row = ReportedText.objects.get()
    assert (row.outcome, row.settled_by) == (ReportOutcome.WITHDRAWN, None)
    assert OutgoingMail.objects.filter(template="report_settled").count() == 1


def test_a_held_text_is_decided_from_its_own_screen_as_well(town, idea):
    hide_after(2)
    voices(idea, 2)
    client = town.client("moderator")
    screen = client.get(reverse("borgerdialog_ideas:item", args=[idea.pk]))
    offered = {one["action"].name for one in screen.context["offered"]}
    assert offered >= {"restore", "hide", "remove"}
    assert offered.isdisjoint({"publish", "reject"})
    client.post(reverse("borgerdialog_ideas:action", args=[idea.pk, "hide"]), REASON)
    assert fresh(idea).visibility == Visibility.HIDDEN
    assert ReportedText.objects.get().outcome == ReportOutcome.TAKEN_AWAY


# -- the queue


def test_the_queue_shows_each_text_once_oldest_first_to_those_who_moderate_there(town):
    first, second = (IdeaFactory(activity=town.here, title=title) for title in ("Den ene", "To"))
    at = timezone.now()
    report(second, by=NOBODY, reason_code="spam", network="a", at=at)
    for network in "ab":
        report(
            first,
            by=NOBODY,
            reason_code="spam",
            network=network,
            at=at - datetime.timedelta(days=2),
        )
    response = town.client("moderator").get(reverse("borgerdialog_reports:list"))
    shown = [row.contribution for row in response.context["object_list"]]
    assert [one.title for one in shown] == ["Den ene", "To"]
    outsider = town.client("outsider").get(reverse("borgerdialog_reports:list"))
    assert list(outsider.context["object_list"]) == []
    assert town.client("caseworker").get(reverse("borgerdialog_reports:list")).status_code == 302
    dashboard = town.client("moderator").get("/admin/").content.decode()
    assert "Reported texts" in dashboard


def test_filters_find_what_is_settled_and_why_it_was_reported(town, idea):
    send(browser(1), idea, reason_code="spam")
    act(town, ReportedText.objects.get(), "keep")
    client = town.client("moderator")
    url = reverse("borgerdialog_reports:list")

    def found(query: str) -> int:
        return len(client.get(f"{url}?{query}").context["object_list"])

    assert [found(q) for q in ("", "state=settled", "state=all")] == [0, 1, 1]
    assert [found(f"state=all&reason={r}") for r in ("spam", "offensive")] == [1, 0]


def test_several_reports_are_dismissed_at_once_within_ones_pages(town):
    mine = [IdeaFactory(activity=town.here) for _ in range(2)]
    theirs = IdeaFactory(activity=town.elsewhere)
    for one in [*mine, theirs]:
        report(one, by=NOBODY, reason_code="spam", network="a", at=timezone.now())
    ids = "&".join(f"id={row.pk}" for row in ReportedText.objects.all())
    url = f"/admin/bulk/borgerdialog_contributions/reportedtext/borgerdialog_keep/?{ids}"
    town.client("moderator").post(f"{url}&next=/admin/", {"internal_note": ""})
    assert ReportedText.objects.filter(outcome=ReportOutcome.KEPT).count() == 2
    assert ReportedText.objects.open().get().contribution_id == theirs.pk


@pytest.mark.parametrize("number", [20, 200])
def test_the_queue_costs_the_same_at_any_length(town, number):
    client = town.client("moderator")
    url = reverse("borgerdialog_reports:list")
    at = timezone.now()
    one = IdeaFactory(activity=town.here)
    report(one, by=NOBODY, reason_code="spam", network="a", at=at)
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url)
    for _ in range(number):
        comment = CommentFactory(contribution=one)
        report(one, comment=comment, by=NOBODY, reason_code="spam", network="a", at=at)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) <= len(few) + 1  # comments are fetched once there are any


# -- personal data


def test_a_network_is_forgotten_on_its_day_and_a_person_when_they_ask(idea):
    at = timezone.now()
    send(browser(1), idea)
    send(browser(2), idea, email="bo@example.dk", words="Jeg hedder Bo")
    Reports().purge(at=at + datetime.timedelta(days=29))
    assert Report.objects.exclude(network="").count() == 2
    Reports().purge(at=at + datetime.timedelta(days=32))
    assert Report.objects.exclude(network="").count() == 0
    bo = Participant.objects.get(email="bo@example.dk")
    (told,) = Reports().export(bo)
    assert told["text"] == "Jeg hedder Bo"
    bo.pseudonym = "erased"
    Reports().erase(bo, at=at)
    assert Reports().export(bo) == []
    assert ReportedText.objects.get().report_count == Report.objects.count() == 2
    assert not Report.objects.filter(words__contains="Bo").exists()


def test_two_who_turn_out_to_be_one_person_are_one_voice(idea):
    users = [UserFactory(verified=True) for _ in range(2)]
    people = [ParticipantFactory(user=user) for user in users]
    for user, participant in zip(users, people, strict=True):
        by = Person(user=user, participant=participant)
        report(idea, by=by, reason_code="spam", at=timezone.now())
    kept, absorbed = people
    participants_merged.send(Participant, kept=kept, absorbed=absorbed)
    assert Report.objects.exclude(person_key="").count() == 1
    assert Report.objects.filter(participant=kept).count() == 2
