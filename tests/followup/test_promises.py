"""What the municipality promises, and what it does with it."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.proposals.conftest import staff
from wagtail_borgerdialog.contributions.models import Status, StatusKind, Visibility
from wagtail_borgerdialog.followup import events
from wagtail_borgerdialog.followup.actions import promising
from wagtail_borgerdialog.followup.models import Promise, PromiseChange, PromiseState, PromiseStep
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.testing.factories import UserFactory
from wagtail_borgerdialog.testing.followup import PromiseFactory, UnitFactory
from wagtail_borgerdialog.testing.ideas import IdeaFactory, make_idea_page

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
SPRING = datetime.date(2027, 3, 12)


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def collection():
    return make_idea_page(IdeaPage)


@pytest.fixture
def idea(collection):
    return IdeaFactory(
        activity=collection.activity, status=Status.objects.of_kind(StatusKind.ACCEPTED)
    )


@pytest.fixture
def colleague():
    return staff()


@pytest.fixture
def told():
    """The events that are told while the test runs."""
    heard = []

    def hear(sender, event, **kwargs):
        heard.append(event)

    contribution_event.connect(hear)
    yield heard
    contribution_event.disconnect(hear)


def make(idea, colleague, at, **values):
    defaults = {
        "activity": idea.activity,
        "contribution": idea,
        "what": "Vi sætter tre bænke op",
        "promised_by": "Vej og park",
        "due_on": SPRING,
        "by": colleague,
        "at": at,
    }
    return promising.make_promise(**{**defaults, **values})[0]


def kind_of(idea):
    idea.refresh_from_db()
    return idea.status.kind


def signed(colleague, at):
    return {"by": colleague, "by_role": "Vej og park", "at": at}


def mails(template):
    return OutgoingMail.objects.filter(template=template)


def test_a_promise_is_on_the_page_and_the_timeline_and_its_author_gets_a_mail(
    client, collection, idea, colleague, at, told
):
    make(idea, colleague, at, unit=UnitFactory(name="Parkdrift"))
    page = client.get(f"{collection.get_url()}{idea.reference}/").content.decode()
    assert page.count("Vi sætter tre bænke op") == 2
    assert "fredag den 12. marts 2027" in page
    assert "Vej og park (Parkdrift)" in page
    assert mails("promise_made").get().context["what"] == "Vi sætter tre bænke op"
    assert events.PROMISE_MADE in told
    assert kind_of(idea) == StatusKind.IN_PROGRESS


def test_the_same_promise_sent_twice_is_one(idea, colleague, at):
    make(idea, colleague, at)
    make(idea, colleague, at)
    assert Promise.objects.count() == PromiseChange.objects.count() == 1
    assert mails("promise_made").count() == 1


def test_nothing_is_promised_about_what_the_public_cannot_see(collection, colleague, at):
    hidden = IdeaFactory(activity=collection.activity, visibility=Visibility.HIDDEN)
    with pytest.raises(NotAllowed):
        make(hidden, colleague, at)
    assert not Promise.objects.exists()


def test_only_those_who_answer_on_the_page_promise_there(idea, at):
    with pytest.raises(NotAllowed):
        make(idea, UserFactory(), at)
    promise = PromiseFactory(contribution=idea)
    with pytest.raises(NotAllowed):
        promising.keep_promise(promise, note="", **signed(UserFactory(), at))


def test_a_promise_about_a_page_as_a_whole_tells_nobody_s_case(idea, colleague, at, told):
    promise = make(idea, colleague, at, contribution=None)
    assert promise.contribution is None
    assert promise.activity == idea.activity
    assert not told
    assert not OutgoingMail.objects.exists()


def test_a_later_date_is_told_and_delays_the_case(idea, colleague, at, told):
    promise = make(idea, colleague, at)
    moved = promising.move_promise(
        promise, due_on=SPRING + 30 * DAY, note="Frosten varede ved.", **signed(colleague, at)
    )
    assert moved
    assert promise.due_on == SPRING + 30 * DAY
    step = promise.changes.get(step=PromiseStep.MOVED)
    assert (step.due_before, step.due_after) == (SPRING, SPRING + 30 * DAY)
    assert kind_of(idea) == StatusKind.DELAYED
    assert events.PROMISE_CHANGED in told
    mail = mails("promise_news").get()
    assert mail.context["note"] == "Frosten varede ved."
    assert not promising.move_promise(
        promise, due_on=SPRING + 30 * DAY, note="Igen.", **signed(colleague, at)
    )
    assert mails("promise_news").count() == 1


def test_progress_tells_what_it_costs(client, collection, idea, colleague, at):
    promise = make(idea, colleague, at)
    money = promising.Money(Decimal(100_000), Decimal(80_000), Decimal("12500.50"))
    for _twice in range(2):
        promising.report_progress(
            promise, money=money, note="Bænkene er bestilt.", **signed(colleague, at)
        )
    assert promise.changes.filter(step=PromiseStep.REPORTED).count() == 1
    page = client.get(f"{collection.get_url()}{idea.reference}/").content.decode()
    assert "100.000 kr." in page
    assert "12.500,50 kr." in page


def test_a_kept_promise_ends_the_case_once_nothing_else_is_promised(idea, colleague, at, told):
    first = make(idea, colleague, at)
    second = make(idea, colleague, at, what="Vi planter et træ")
    assert promising.keep_promise(first, note="", **signed(colleague, at))
    assert kind_of(idea) == StatusKind.IN_PROGRESS
    assert promising.keep_promise(second, note="", **signed(colleague, at))
    assert kind_of(idea) == StatusKind.DONE
    assert told.count(events.PROMISE_KEPT) == 2
    assert not promising.keep_promise(second, note="", **signed(colleague, at))
    assert mails("promise_news").count() == 2


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (promising.break_promise, PromiseState.BROKEN),
        (promising.drop_promise, PromiseState.DROPPED),
    ],
)
def test_a_promise_that_is_not_kept_says_why(client, collection, idea, colleague, at, end, state):
    promise = make(idea, colleague, at)
    with pytest.raises(ValueError, match="reason"):
        end(promise, reason=" ", **signed(colleague, at))
    assert end(promise, reason="Pengene slog ikke til.", **signed(colleague, at))
    assert not end(promise, reason="Igen.", **signed(colleague, at))
    assert promise.state == state
    page = client.get(f"{collection.get_url()}{idea.reference}/").content.decode()
    assert "Pengene slog ikke til." in page
    assert mails("promise_news").get().context["note"] == "Pengene slog ikke til."
    with pytest.raises(NotAllowed):
        promising.keep_promise(promise, note="", **signed(colleague, at))


def test_what_is_handed_over_to_operation_is_kept_and_says_who_runs_it(
    client, collection, idea, colleague, at
):
    promise = make(idea, colleague, at)
    unit = UnitFactory(name="Parkdrift")
    for first in (True, False):
        assert promising.hand_over(promise, to=unit, note="", **signed(colleague, at)) is first
    assert promise.state == PromiseState.KEPT
    assert kind_of(idea) == StatusKind.IN_OPERATION
    page = client.get(f"{collection.get_url()}{idea.reference}/").content.decode()
    assert "Parkdrift" in page


def test_a_promise_settled_by_mistake_is_taken_up_again(idea, colleague, at):
    promise = make(idea, colleague, at)
    promising.drop_promise(promise, reason="Forkert sag.", **signed(colleague, at))
    assert promising.reopen_promise(promise, note="Det var en fejl.", **signed(colleague, at))
    promise.refresh_from_db()
    assert promise.is_open
    assert not promise.reason
    assert promise.settled_at is None


def test_it_is_late_from_the_day_after_and_the_clock_tells_it_once(
    client, collection, idea, colleague, at, told
):
    unit = UnitFactory()
    promise = make(idea, colleague, at, unit=unit, due_on=timezone.localdate(at))
    zone = timezone.get_default_timezone()
    midnight = datetime.datetime.combine(promise.due_on + DAY, datetime.time(), tzinfo=zone)
    assert not promise.is_overdue(midnight - datetime.timedelta(microseconds=1))
    assert promise.is_overdue(midnight)
    assert promising.run_clock(at=midnight - datetime.timedelta(microseconds=1)) == 0
    assert promising.run_clock(at=midnight) == 1
    assert promising.run_clock(at=midnight + DAY) == 0
    assert told.count(events.PROMISE_OVERDUE) == 1
    assert kind_of(idea) == StatusKind.DELAYED
    addresses = set(mails("promise_late").values_list("to_email", flat=True))
    assert addresses == {unit.email, unit.manager_email}
    assert mails("promise_news").get().context["step"] == PromiseStep.OVERDUE


def test_a_late_promise_says_so_on_the_page_before_any_clock_has_run(client, collection, idea):
    PromiseFactory(contribution=idea, days_left=-3)
    page = client.get(f"{collection.get_url()}{idea.reference}/").content.decode()
    assert "Det er forsinket." in page


def test_a_new_date_makes_it_tell_again_when_that_is_over_too(idea, colleague, at):
    promise = PromiseFactory(contribution=idea, days_left=-3, unit=UnitFactory(manager_email=""))
    promising.run_clock(at=at)
    promising.move_promise(
        promise, due_on=timezone.localdate(at) + DAY, note="", **signed(colleague, at)
    )
    assert promising.run_clock(at=at + 3 * DAY) == 1
    assert mails("promise_late").count() == 2


def test_the_promises_of_a_case_cost_no_query(
    client, collection, idea, django_assert_num_queries, django_assert_max_num_queries
):
    url = f"{collection.get_url()}{idea.reference}/"
    client.get(url)
    with django_assert_max_num_queries(30) as without:
        client.get(url)
    for _each in range(5):
        PromiseFactory(contribution=idea, unit=UnitFactory(), handed_over_to=UnitFactory())
    with django_assert_num_queries(len(without)):
        client.get(url)
