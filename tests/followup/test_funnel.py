"""How far what citizens sent got, why no further, and how soon they were answered."""

import datetime
import itertools

import pytest
from django.utils import timezone
from wagtail.models import PageViewRestriction

from tests.admin.conftest import town  # noqa: F401
from tests.ideas.conftest import our_layout  # noqa: F401
from wagtail_borgerdialog.contributions.models import Status, StatusKind, Visibility
from wagtail_borgerdialog.followup.effect import Stage, Why, answer_times, funnel
from wagtail_borgerdialog.followup.models import (
    AnswerState,
    Case,
    OfficialAnswer,
    Outcome,
    PromiseState,
)
from wagtail_borgerdialog.pages.models import IdeaPage, PromisesPage
from wagtail_borgerdialog.testing.factories import default_site
from wagtail_borgerdialog.testing.followup import PromiseFactory
from wagtail_borgerdialog.testing.ideas import IdeaFactory, make_idea_page

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def collection():
    return make_idea_page(IdeaPage)


@pytest.fixture
def promises_page():
    home = default_site().root_page.specific
    page = home.add_child(
        instance=PromisesPage(title="Det har vi lovet", slug="loefter", locale=home.locale)
    )
    page.save_revision().publish()
    return page


@pytest.fixture
def at():
    return timezone.now()


def idea(collection, kind=StatusKind.RECEIVED, **values):
    return IdeaFactory(activity=collection.activity, status=Status.objects.of_kind(kind), **values)


def answer(contribution, outcome, at):
    given = OfficialAnswer.objects.create(
        contribution=contribution,
        outcome=outcome,
        body="Nej.",
        signed_as="Byrådet",
        is_priority_choice=True,
        state=AnswerState.PUBLISHED,
        written_at=at,
        published_at=at,
    )
    Case.objects.update_or_create(contribution=contribution, defaults={"answer": given})


def furthest(collection, at):
    """The last stage that anything got to, and the reasons given there."""
    steps = funnel([collection.activity.pk], at=at)
    counts = dict(zip(Stage.values, steps, strict=True))
    last = [stage for stage in Stage.values if counts[stage].count][-1]
    return last, [reason for reason, _number in counts[last].losses]


@pytest.mark.parametrize(
    ("values", "stage", "why"),
    [
        ({"visibility": Visibility.PENDING}, Stage.RECEIVED, Why.TO_CHECK),
        ({"visibility": Visibility.HIDDEN}, Stage.RECEIVED, Why.NOT_PUBLISHED),
        ({"support_goal": 3}, Stage.PUBLISHED, Why.COLLECTING),
        ({"support_goal": 3, "kind": StatusKind.EXPIRED}, Stage.PUBLISHED, Why.EXPIRED),
        ({}, Stage.THRESHOLD, Why.TO_ANSWER),
        ({"kind": StatusKind.AWAITING_FUNDS}, Stage.THRESHOLD, Why.AWAITING_FUNDS),
        ({"kind": StatusKind.MERGED}, Stage.THRESHOLD, Why.MERGED),
        ({"kind": StatusKind.REJECTED}, Stage.TREATED, Why.REJECTED),
        ({"kind": StatusKind.ANSWERED}, Stage.TREATED, Why.NO_DECISION),
        ({"kind": StatusKind.ACCEPTED}, Stage.ADOPTED, Why.NOT_BEGUN),
        ({"kind": StatusKind.IN_PROGRESS}, Stage.ADOPTED, Why.UNDER_WAY),
    ],
)
def test_each_case_counts_as_far_as_it_got_and_says_why_no_further(
    collection, at, values, stage, why
):
    idea(collection, **values)
    assert furthest(collection, at) == (stage, [str(why.label)])


@pytest.mark.parametrize("kind", [StatusKind.DONE, StatusKind.IN_OPERATION])
def test_what_is_done_went_all_the_way(collection, at, kind):
    idea(collection, kind)
    assert furthest(collection, at) == (Stage.DELIVERED, [])


def test_what_nobody_has_confirmed_is_not_received(collection, at):
    idea(collection, visibility=Visibility.DRAFT)
    assert funnel([collection.activity.pk], at=at)[0].count == 0


@pytest.mark.parametrize(
    ("state", "days_left", "why"),
    [
        (PromiseState.OPEN, -3, Why.PROMISE_LATE),
        (PromiseState.BROKEN, 3, Why.PROMISE_BROKEN),
        (PromiseState.DROPPED, 3, Why.PROMISE_DROPPED),
    ],
)
def test_a_promise_that_failed_is_the_reason_it_is_not_carried_out(
    collection, at, state, days_left, why
):
    adopted = idea(collection, StatusKind.ACCEPTED)
    PromiseFactory(contribution=adopted, state=PromiseState.KEPT)
    PromiseFactory(contribution=adopted, state=state, days_left=days_left)
    assert furthest(collection, at) == (Stage.ADOPTED, [str(why.label)])


def test_an_adopted_case_whose_promises_are_kept_is_carried_out(collection, at):
    PromiseFactory(contribution=idea(collection, StatusKind.ACCEPTED), state=PromiseState.KEPT)
    assert furthest(collection, at) == (Stage.DELIVERED, [])


def test_the_words_of_the_answer_are_the_reason(collection, at):
    answer(idea(collection), Outcome.NOT_MUNICIPAL, at)
    assert furthest(collection, at) == (Stage.TREATED, [str(Why.NOT_MUNICIPAL.label)])


def test_a_late_answer_is_the_reason(collection, at):
    Case.objects.create(contribution=idea(collection), due_at=at - DAY)
    assert furthest(collection, at) == (Stage.THRESHOLD, [str(Why.ANSWER_LATE.label)])


def test_no_stage_holds_more_than_the_one_before_and_the_losses_add_up(collection, at):
    for kind in StatusKind:
        idea(collection, kind)
    steps = funnel([collection.activity.pk], at=at)
    for before, after in itertools.pairwise(steps):
        lost = sum(number for _reason, number in before.losses)
        assert before.count - after.count == lost


def test_answer_times_are_counted_from_the_deadlines(collection, at):
    for days, in_time in ((2, True), (10, True), (40, False)):
        set_at = at - 60 * DAY
        Case.objects.create(
            contribution=idea(collection),
            due_set_at=set_at,
            due_at=set_at + 30 * DAY,
            answered_at=set_at + days * DAY,
        )
        assert (days < 30) is in_time
    Case.objects.create(contribution=idea(collection), due_set_at=at - 9 * DAY, due_at=at - DAY)
    times = answer_times([collection.activity.pk], at=at)
    assert (times.answered, times.on_time, times.percent_on_time) == (3, 2, 67)
    assert (times.owed, times.late, times.median_days) == (1, 1, 10)


def test_everybody_can_read_it_for_a_page_and_for_the_site(client, promises_page, collection):
    other = make_idea_page(IdeaPage, title="Andre", slug="andre")
    idea(collection, StatusKind.REJECTED)
    idea(other)
    url = f"{promises_page.get_url()}effect/"
    assert client.get(url).context["steps"][0].count == 2
    page = client.get(f"{url}?page={collection.activity.pk}")
    assert page.context["steps"][0].count == 1
    html = page.content.decode()
    assert "Ikke vedtaget: 1" in html
    assert "<svg" in html
    assert "style=" not in html


def test_private_pages_are_not_counted_in_public(client, promises_page, collection):
    idea(collection)
    PageViewRestriction.objects.create(page=collection, restriction_type="login")
    url = f"{promises_page.get_url()}effect/?page={collection.activity.pk}"
    response = client.get(url)
    assert response.context["steps"][0].count == 0
    assert collection.title not in response.content.decode().split("<main")[-1]


@pytest.mark.usefixtures("our_layout")
def test_it_costs_the_same_for_0_20_and_200(
    client, promises_page, collection, django_assert_max_num_queries
):
    costs = []
    for number in (0, 20, 180):
        for n in range(number):
            made = idea(collection, list(StatusKind)[n % len(StatusKind)])
            if n < 10:
                PromiseFactory(contribution=made)
        client.get(f"{promises_page.get_url()}effect/")
        with django_assert_max_num_queries(12) as queries:
            client.get(f"{promises_page.get_url()}effect/")
        costs.append(len(queries))
    assert costs[0] <= costs[1] == costs[2]


def test_staff_see_the_numbers_of_their_own_pages(town):  # noqa: F811
    IdeaFactory(activity=town.here)
    IdeaFactory(activity=town.elsewhere)
    response = town.client("caseworker").get("/admin/participation/effect/")
    assert response.status_code == 200
    assert response.context["steps"][0].count == 1
    assert town.elsewhere.page.title not in response.content.decode()
