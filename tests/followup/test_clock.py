"""The answer clock, from the event that sets a deadline to the manager who is told it is late."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.contributions.actions import change_status, moderate, support, withdraw
from wagtail_borgerdialog.contributions.models import Contribution, Status, StatusKind, Visibility
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.followup import events
from wagtail_borgerdialog.followup.actions import clock
from wagtail_borgerdialog.followup.deadlines import add_working_days, end_of, local_day
from wagtail_borgerdialog.followup.models import (
    AnswerState,
    Case,
    DeadlineStep,
    OfficialAnswer,
    Outcome,
    Unit,
)
from wagtail_borgerdialog.models import OutgoingMail, ParticipationSettings
from wagtail_borgerdialog.pages.models import IdeaPage, ProposalPage
from wagtail_borgerdialog.people.eligibility import NotAllowed, Person
from wagtail_borgerdialog.proposals.models import Proposal
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.testing.factories import ParticipantFactory, UserFactory, default_site
from wagtail_borgerdialog.testing.ideas import IdeaFactory, make_idea_page
from wagtail_borgerdialog.testing.proposals import ProposalFactory, make_proposal_page

pytestmark = pytest.mark.django_db

HERE = ZoneInfo("Europe/Copenhagen")
MICROSECOND = datetime.timedelta(microseconds=1)
DAY = datetime.timedelta(days=1)
# A Monday in a week without holidays.
MONDAY = datetime.datetime(2026, 3, 9, 10, 0, tzinfo=HERE)


@pytest.fixture
def scheme() -> ProposalPage:
    return make_proposal_page(ProposalPage)


@pytest.fixture
def terms() -> ParticipationSettings:
    found = ParticipationSettings.for_site(default_site())
    found.answer_days, found.answer_days_expired, found.reminder_days = 10, 5, 3
    found.contact_email = "kontakt@example.dk"
    found.save()
    return found


@pytest.fixture
def heard() -> list[tuple[str, datetime.datetime]]:
    told: list[tuple[str, datetime.datetime]] = []

    def listen(sender: type, event: str, at: datetime.datetime, **kwargs: object) -> None:
        told.append((event, at))

    contribution_event.connect(listen)
    yield told
    contribution_event.disconnect(listen)


def boss() -> object:
    return get_user_model().objects.create_superuser("chef", "chef@example.dk", "password")


def reached(scheme: ProposalPage, *, at: datetime.datetime = MONDAY, **values: object) -> Proposal:
    """A proposal whose last support arrives at ``at``."""
    proposal = ProposalFactory(
        activity=scheme.activity, submitted_at=at - DAY, support_goal=1, **values
    )
    participant = ParticipantFactory()
    person = Person(participant=participant, level=participant.level)
    support(proposal, by=person, at=at, declared=True)
    proposal.refresh_from_db()
    assert proposal.status.kind == StatusKind.THRESHOLD_REACHED
    return proposal


def answer(
    contribution: Contribution, outcome: str, *, at: datetime.datetime, event: str = events.ANSWERED
) -> Case:
    given = OfficialAnswer.objects.create(
        contribution=Contribution.objects.get(pk=contribution.pk),
        outcome=outcome,
        body="Det gør vi.",
        signed_as="Byrådet",
        state=AnswerState.PUBLISHED,
        is_priority_choice=True,
        written_at=at,
        published_at=at,
    )
    Case.objects.filter(contribution=contribution.pk).update(answer=given)
    contribution_event.send(Contribution, contribution=contribution, event=event, at=at, by=None)
    return Case.objects.get(contribution=contribution.pk)


def run(at: datetime.datetime) -> int:
    rooms = [component for component in registry if component.key in {"proposals", "clock"}]
    return sum(component.run_clock(at=at) for component in rooms)


def mails(template: str) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template=template))


def test_enough_support_sets_a_deadline_in_working_days_and_tells(scheme, terms, heard):
    proposal = reached(scheme)
    case = proposal.case
    assert case.due_kind == "threshold_reached"
    assert case.due_at == end_of(datetime.date(2026, 3, 23))
    assert (events.ANSWER_DUE, MONDAY) in heard
    assert "den 23. marts" in mails("proposal_threshold_reached")[0].context["due"]


def test_a_proposal_that_ran_out_of_time_is_owed_a_word_too(scheme, terms):
    proposal = ProposalFactory(activity=scheme.activity, submitted_at=MONDAY)
    over = proposal.support_until + 2 * DAY
    run(over)
    case = Case.objects.get(contribution=proposal.pk)
    assert case.due_kind == "expired"
    assert local_day(case.due_at) == add_working_days(local_day(proposal.support_until), 5)
    assert mails("proposal_expired")[0].context["due"]


def test_a_site_that_sets_no_number_owes_nothing(scheme, terms):
    terms.answer_days = None
    terms.save()
    assert not hasattr(reached(scheme), "case")


def test_what_sets_no_deadline_makes_no_case(terms):
    idea = IdeaFactory(activity=make_idea_page(IdeaPage).activity)
    change_status(idea, Status.objects.of_kind(StatusKind.IN_PROCESS), at=MONDAY)
    assert not Case.objects.exists()


def test_an_earlier_deadline_stands_and_a_later_one_gives_way(scheme, terms):
    proposal = reached(scheme)
    assert not clock.owe_answer(proposal, kind="later", days=20, at=MONDAY)
    assert clock.owe_answer(proposal, kind="sooner", days=2, at=MONDAY)
    case = Case.objects.get()
    assert (case.due_kind, case.due_at) == ("sooner", end_of(datetime.date(2026, 3, 11)))


def test_an_answer_is_on_time_to_the_last_microsecond_of_the_day(scheme, terms):
    case = reached(scheme).case
    assert not case.is_overdue(case.due_at)
    assert case.is_overdue(case.due_at + MICROSECOND)
    assert not Case.objects.overdue(case.due_at).exists()
    assert Case.objects.overdue(case.due_at + MICROSECOND).exists()


def test_the_day_on_which_summer_time_ends_has_its_last_hour(scheme, terms):
    # 25 October 2026 is a Sunday; a deadline that says that day holds to midnight in winter time.
    proposal = reached(scheme, at=datetime.datetime(2026, 10, 25, 2, 30, tzinfo=HERE))
    assert proposal.case.due_at == end_of(datetime.date(2026, 11, 6))
    Case.objects.update(due_at=end_of(datetime.date(2026, 10, 25)))
    last_minute = datetime.datetime(2026, 10, 25, 23, 59, tzinfo=HERE)
    assert not Case.objects.overdue(last_minute).exists()
    assert Case.objects.overdue(last_minute + datetime.timedelta(minutes=1)).exists()


@pytest.mark.parametrize("outcome", [Outcome.ADOPTED, Outcome.REFERRED, Outcome.REJECTED])
def test_an_answer_that_closes_the_case_ends_the_clock(scheme, terms, outcome):
    proposal = reached(scheme)
    case = answer(proposal, outcome, at=MONDAY + DAY)
    assert case.answered_at == MONDAY + DAY
    assert not case.is_overdue(case.due_at + DAY)
    run(case.due_at + DAY)
    assert mails("staff_late") == []


@pytest.mark.parametrize("outcome", [Outcome.UNDER_REVIEW, Outcome.AWAITING_FUNDS])
def test_with_any_other_answer_the_clock_goes_on(scheme, terms, outcome):
    case = answer(reached(scheme), outcome, at=MONDAY + DAY)
    assert case.answered_at is None
    assert case.is_overdue(case.due_at + MICROSECOND)


def test_an_answer_that_is_changed_to_an_open_one_starts_the_clock_again(scheme, terms):
    proposal = reached(scheme)
    case = answer(proposal, Outcome.ADOPTED, at=MONDAY + DAY)
    OfficialAnswer.objects.update(outcome=Outcome.UNDER_REVIEW)
    contribution_event.send(
        Contribution,
        contribution=proposal,
        event=events.ANSWER_CHANGED,
        at=MONDAY + 2 * DAY,
        by=None,
    )
    case.refresh_from_db()
    assert case.is_owed
    assert case.due_at == end_of(datetime.date(2026, 3, 23))


def test_a_case_that_a_colleague_calls_answered_is_not_late(scheme, terms):
    proposal = reached(scheme)
    change_status(
        proposal,
        Status.objects.of_kind(StatusKind.ANSWERED),
        at=MONDAY + DAY,
        by=boss(),
        by_role="Byrådet",
        note="Vi gør det til foråret.",
    )
    case = Case.objects.get()
    assert case.answered_at == MONDAY + DAY
    assert not case.is_overdue(case.due_at + DAY)


def test_what_is_withdrawn_or_removed_is_owed_nothing_and_what_is_hidden_is(scheme, terms):
    withdrawn, removed, hidden = reached(scheme), reached(scheme), reached(scheme)
    withdraw(withdrawn, by=Person(participant=withdrawn.participant), at=MONDAY + DAY)
    by = boss()
    for one, decision in ((removed, ModerationAction.REMOVE), (hidden, ModerationAction.HIDE)):
        moderate(one, decision, by=by, at=MONDAY + DAY, reason_code="other", public_note="Nej.")
    assert [case.contribution_id for case in Case.objects.owed()] == [hidden.pk]
    lifted = Case.objects.get(contribution=removed.pk).deadline_changes.first()
    assert lifted.step == DeadlineStep.LIFTED


def test_a_pause_keeps_the_working_days_that_were_left(scheme, terms, heard):
    proposal = reached(scheme)
    by = boss()
    # Six of ten working days are left on Friday 13 March; 4 May is a Monday.
    at = MONDAY + 4 * DAY
    decision = datetime.date(2026, 5, 4)
    case = clock.pause_clock(
        proposal, reason="Vi venter på budgettet.", next_decision_on=decision, by=by, at=at
    )
    assert case.due_at == end_of(datetime.date(2026, 5, 12))
    assert case.is_waiting(end_of(decision))
    assert not case.is_waiting(end_of(decision) + MICROSECOND)
    assert (events.ANSWER_PAUSED, at) in heard
    assert mails("answer_waits")[0].context["reason"] == "Vi venter på budgettet."
    # Made to wait longer, the same days are left.
    case = clock.pause_clock(
        proposal, reason="Igen.", next_decision_on=datetime.date(2026, 6, 1), by=by, at=at + DAY
    )
    assert case.due_at == end_of(datetime.date(2026, 6, 10))  # past Constitution Day
    case = clock.resume_clock(proposal, by=by, at=at + 3 * DAY)
    assert case.due_at == end_of(datetime.date(2026, 3, 24))
    assert not case.is_waiting(at + 3 * DAY)


def test_a_pause_needs_a_reason_a_day_to_come_and_something_that_is_owed(scheme, terms):
    proposal, by = reached(scheme), boss()
    today = local_day(MONDAY)
    with pytest.raises(ValueError, match="reason"):
        clock.pause_clock(proposal, reason=" ", next_decision_on=today, by=by, at=MONDAY)
    with pytest.raises(ValueError, match="past"):
        clock.pause_clock(proposal, reason="Nej", next_decision_on=today - DAY, by=by, at=MONDAY)
    with pytest.raises(NotAllowed):
        clock.resume_clock(proposal, by=by, at=MONDAY)
    other = ProposalFactory(activity=scheme.activity)
    with pytest.raises(NotAllowed):
        clock.pause_clock(other, reason="Nej", next_decision_on=today, by=by, at=MONDAY)
    with pytest.raises(NotAllowed):
        clock.pause_clock(
            proposal, reason="Nej", next_decision_on=today, by=UserFactory(), at=MONDAY
        )


def test_a_pause_ends_by_itself_after_the_day_of_the_decision(scheme, terms, heard):
    proposal = reached(scheme)
    decision = datetime.date(2026, 3, 20)
    clock.pause_clock(
        proposal, reason="Byrådet mødes.", next_decision_on=decision, by=boss(), at=MONDAY
    )
    heard.clear()
    assert run(end_of(decision)) == 0
    assert run(end_of(decision) + MICROSECOND) == 1
    assert run(end_of(decision) + MICROSECOND) == 0
    case = Case.objects.get()
    assert case.paused_at is None
    assert case.due_at == end_of(add_working_days(decision, 10))
    assert [event for event, at in heard] == [events.ANSWER_DUE]
    assert mails("staff_pause_over")[0].to_email == "kontakt@example.dk"


def test_the_caseworker_is_reminded_once_before_and_the_manager_told_once_after(
    scheme, terms, heard
):
    proposal = reached(scheme)
    worker = UserFactory(username="sagsbehandler")
    unit = Unit.objects.create(name="Vej og park", manager_email="leder@example.dk")
    Case.objects.update(unit=unit, caseworker=worker)
    case = Case.objects.get()
    # Due on Monday 23 March: three working days before is Wednesday the 18th.
    assert run(datetime.datetime(2026, 3, 17, 23, 59, tzinfo=HERE)) == 0
    assert run(datetime.datetime(2026, 3, 18, 0, 0, tzinfo=HERE)) == 1
    assert run(datetime.datetime(2026, 3, 19, 12, 0, tzinfo=HERE)) == 0
    assert [row.to_email for row in mails("staff_due_soon")] == [worker.email]
    assert run(case.due_at) == 0
    late = case.due_at + MICROSECOND
    heard.clear()
    assert run(late) == 1
    assert run(late + DAY) == 0
    assert [row.to_email for row in mails("staff_late")] == ["leder@example.dk"]
    assert [row.to_email for row in mails("answer_late")] == [proposal.participant.email]
    assert heard == [(events.ANSWER_OVERDUE, late)]


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        ({"email": "park@example.dk"}, "park@example.dk"),
        ({}, "kontakt@example.dk"),
        (None, "kontakt@example.dk"),
    ],
)
def test_where_nobody_has_the_case_the_mail_goes_to_who_comes_nearest(scheme, terms, unit, told):
    reached(scheme)
    if unit is not None:
        Case.objects.update(unit=Unit.objects.create(name="Park", **unit))
    case = Case.objects.get()
    run(case.due_at)
    run(case.due_at + MICROSECOND)
    assert [row.to_email for row in mails("staff_due_soon")] == [told]
    assert [row.to_email for row in mails("staff_late")] == [told]


def test_every_mail_of_the_clock_reads_in_both_languages(scheme, terms):
    proposal = reached(scheme)
    Case.objects.update(unit=Unit.objects.create(name="Park", email="park@example.dk"))
    by = boss()
    clock.pause_clock(
        proposal,
        reason="Vi venter på <b>budgettet</b>.",
        next_decision_on=local_day(MONDAY),
        by=by,
        at=MONDAY,
    )
    clock.resume_clock(proposal, by=by, at=MONDAY + MICROSECOND)
    due_at = Case.objects.get().due_at
    run(due_at)
    run(due_at + MICROSECOND)
    for language in ("da", "en"):
        OutgoingMail.objects.update(language=language, sent_at=None, next_attempt_at=MONDAY)
        for row in OutgoingMail.objects.exclude(template="supported"):
            from wagtail_borgerdialog.mail import build

            message = build(row)
            assert proposal.reference in message.subject
            assert proposal.title in message.body
            assert "<b>budgettet" not in message.alternatives[0].content
    assert mail.outbox == []


def words(response: object) -> str:
    return " ".join(response.content.decode().split())


def test_citizens_read_when_the_answer_comes_that_it_waits_and_that_it_is_late(scheme, terms):
    now = timezone.now()
    proposal = reached(scheme, at=now)
    unit = Unit.objects.create(name="Vej og park")
    Case.objects.update(unit=unit)
    address = f"{scheme.get_url()}{proposal.reference}/"
    client = Client(headers={"accept-language": "en"})
    html = words(client.get(address))
    assert "We answer no later than" in html or "Vi svarer senest" in html
    assert "Vej og park" in html
    clock.pause_clock(
        proposal,
        reason="Vi venter på budgettet.",
        next_decision_on=local_day(now) + 7 * DAY,
        by=boss(),
        at=now,
    )
    assert words(client.get(address)).count("Vi venter på budgettet.") == 2  # and on the timeline
    Case.objects.update(due_at=now - DAY, paused_at=None, pause_reason="", next_decision_on=None)
    assert "<strong>" in words(client.get(address)).split('class="bd-answer ')[1]


def test_the_timeline_keeps_every_step_of_the_clock(scheme, terms):
    proposal = reached(scheme)
    case = proposal.case
    run(case.due_at + DAY)
    steps = [(step.step, step.at) for step in case.deadline_changes.all()]
    assert steps == [(DeadlineStep.LATE, case.due_at), (DeadlineStep.SET, MONDAY)]
    client = Client()
    assert "bd-timeline__entry--warn" in words(
        client.get(f"{scheme.get_url()}{proposal.reference}/")
    )


def test_the_command_runs_the_clock(scheme, terms):
    proposal = reached(scheme, at=timezone.now())
    Case.objects.update(due_at=timezone.now() - DAY)
    call_command("borgerdialog_clock")
    call_command("borgerdialog_clock")
    assert len(mails("staff_late")) == 1
    assert proposal.visibility == Visibility.VISIBLE
