"""Promises on the staff's screens, and pages that cannot end while something is owed."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from wagtail.models import ModelLogEntry

from tests.admin.conftest import town  # noqa: F401
from wagtail_borgerdialog.contributions.models import Status, StatusKind, Visibility
from wagtail_borgerdialog.followup.models import (
    AnswerState,
    Case,
    OfficialAnswer,
    Outcome,
    Promise,
    PromiseState,
)
from wagtail_borgerdialog.testing.followup import PromiseFactory, UnitFactory
from wagtail_borgerdialog.testing.ideas import IdeaFactory

# ruff: noqa: F811
pytestmark = pytest.mark.django_db

LIST = "borgerdialog_promises:list"
DAY = datetime.timedelta(days=1)


def promise(activity, **values):
    return PromiseFactory(contribution=IdeaFactory(activity=activity), **values)


def act(client, row, name, **data):
    return client.post(
        reverse("borgerdialog_promises:action", args=[row.pk, name]),
        {"by_role": "Vej og park", **data},
        follow=True,
    )


def rows(client, query=""):
    return [row.what for row in client.get(reverse(LIST) + query).context["object_list"]]


def test_a_caseworker_promises_from_the_case(town):
    idea = IdeaFactory(activity=town.here)
    client = town.client("caseworker")
    url = reverse("borgerdialog_ideas:action", args=[idea.pk, "promise"])
    assert "Citizens never see your name" in client.get(url).content.decode()
    data = {
        "what": "Vi sætter en bænk op",
        "due_on": (timezone.localdate() + 30 * DAY).isoformat(),
        "promised_by": "Vej og park",
        "budgeted": "48.500",
    }
    for _twice in range(2):
        response = client.post(url, data, follow=True)
    made = Promise.objects.get()
    assert (made.contribution_id, made.made_by) == (idea.pk, town.staff["caseworker"])
    assert made.budgeted == 48_500
    assert "Vi sætter en bænk op" in response.content.decode()
    assert ModelLogEntry.objects.filter(action="borgerdialog.promise").count() == 1


def test_a_day_that_is_over_cannot_be_promised(town):
    idea = IdeaFactory(activity=town.here)
    url = reverse("borgerdialog_ideas:action", args=[idea.pk, "promise"])
    data = {
        "what": "Vi sætter en bænk op",
        "due_on": (timezone.localdate() - DAY).isoformat(),
        "promised_by": "Vej og park",
    }
    response = town.client("caseworker").post(url, data)
    assert "due_on" in response.context["form"].errors
    assert not Promise.objects.exists()


def test_a_caseworker_promises_about_a_page_of_their_own(town):
    client = town.client("caseworker")
    data = {
        "what": "Vi holder et møde",
        "due_on": (timezone.localdate() + DAY).isoformat(),
        "promised_by": "Byrådet",
    }
    url = reverse("borgerdialog_promises:make")
    assert client.post(url, {**data, "activity": town.elsewhere.pk}).status_code == 200
    assert not Promise.objects.exists()
    client.post(url, {**data, "activity": town.here.pk})
    assert Promise.objects.get().activity == town.here


@pytest.mark.parametrize(
    ("name", "data", "state"),
    [
        ("keep", {}, PromiseState.KEPT),
        ("break", {"reason": "Pengene slog ikke til."}, PromiseState.BROKEN),
        ("drop", {"reason": "Ingen vil have den."}, PromiseState.DROPPED),
        ("report", {"note": "Den er bestilt.", "spent": "100"}, PromiseState.OPEN),
    ],
)
def test_each_step_is_taken_from_the_promise(town, name, data, state):
    row = promise(town.here)
    client = town.client("caseworker")
    page = client.get(reverse("borgerdialog_promises:action", args=[row.pk, name]))
    assert page.status_code == 200
    act(client, row, name, **data)
    row.refresh_from_db()
    assert row.state == state
    assert row.changes.count() == 2


def test_it_is_handed_over_to_the_unit_that_runs_it(town):
    row, unit = promise(town.here), UnitFactory(name="Parkdrift")
    response = act(town.client("caseworker"), row, "operation", to=unit.pk)
    row.refresh_from_db()
    assert row.handed_over_to == unit
    assert "Parkdrift" in response.content.decode()


def test_another_date_is_set(town):
    row = promise(town.here)
    later = row.due_on + 10 * DAY
    response = act(town.client("caseworker"), row, "move", due_on=later.isoformat(), note="Frost.")
    row.refresh_from_db()
    assert row.due_on == later
    assert "Frost." in response.content.decode()


def test_a_broken_promise_needs_a_reason(town):
    row = promise(town.here)
    response = act(town.client("caseworker"), row, "break", reason=" ")
    assert "reason" in response.context["form"].errors
    row.refresh_from_db()
    assert row.is_open


def test_the_list_begins_with_what_is_late_and_marks_it(town):
    promise(town.here, what="Holdt", state=PromiseState.KEPT, days_left=-30)
    promise(town.here, what="Senere", days_left=9)
    promise(town.here, what="For sent", days_left=-2)
    promise(town.elsewhere, what="Et andet sted")
    client = town.client("caseworker")
    assert rows(client) == ["For sent", "Senere", "Holdt"]
    assert rows(client, "?state=late") == ["For sent"]
    assert rows(client, "?state=open") == ["Senere"]
    assert rows(client, "?q=senere") == ["Senere"]
    assert "Late" in client.get(reverse(LIST)).content.decode()
    assert "Promises that are late" in client.get("/admin/").content.decode()


def test_the_list_is_exported(town):
    promise(town.here, what="=Vi sætter en bænk op")
    response = town.client("caseworker").get(f"{reverse(LIST)}?export=csv")
    assert "'=Vi sætter en bænk op" in b"".join(response.streaming_content).decode()


def test_the_list_costs_the_same_for_2_and_20(town, django_assert_max_num_queries):
    client = town.client("caseworker")
    costs = []
    for number in (2, 18):
        for _each in range(number):
            promise(town.here, unit=UnitFactory())
        client.get(reverse(LIST))
        with django_assert_max_num_queries(60) as queries:
            client.get(reverse(LIST))
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("action", "data", "state"),
    [
        ("borgerdialog_keep", {}, PromiseState.KEPT),
        ("borgerdialog_drop", {"reason": "Ingen vil have dem."}, PromiseState.DROPPED),
    ],
)
def test_several_are_settled_at_once_and_only_ones_own(town, action, data, state):
    mine = [promise(town.here) for _each in range(2)]
    settled = promise(town.here, state=PromiseState.BROKEN)
    other = promise(town.elsewhere)
    url = reverse("wagtail_bulk_action", args=["borgerdialog_followup", "promise", action])
    query = urlencode([("id", row.pk) for row in [*mine, settled, other]])
    client = town.client("caseworker")
    assert client.get(f"{url}?{query}").status_code == 200
    client.post(f"{url}?{query}", {"by_role": "Vej og park", **data})
    for row in [*mine, settled, other]:
        row.refresh_from_db()
    assert {row.state for row in mine} == {state}
    assert settled.state == PromiseState.BROKEN
    assert other.is_open


def test_several_get_another_date_at_once(town):
    mine = [promise(town.here, days_left=-2) for _each in range(2)]
    url = reverse(
        "wagtail_bulk_action", args=["borgerdialog_followup", "promise", "borgerdialog_move"]
    )
    later = timezone.localdate() + 20 * DAY
    query = urlencode([("id", row.pk) for row in mine])
    town.client("caseworker").post(
        f"{url}?{query}", {"by_role": "Vej og park", "due_on": later.isoformat()}
    )
    assert set(Promise.objects.values_list("due_on", flat=True)) == {later}


@pytest.mark.parametrize("name", ["outsider", "plain", "moderator", "editor"])
def test_nobody_else_changes_a_promise(town, name):
    row = promise(town.here)
    act(town.client(name), row, "keep")
    row.refresh_from_db()
    assert row.is_open


def unpublish(town, page, **data):
    return town.client("superuser").post(
        reverse("wagtailadmin_pages:unpublish", args=[page.pk]), data, follow=True
    )


def is_live(activity):
    activity.page.refresh_from_db()
    return activity.page.live


def test_a_page_does_not_end_while_a_public_text_has_no_closing_answer(town):
    IdeaFactory(activity=town.here)
    response = unpublish(town, town.here.page)
    html = response.content.decode()
    assert is_live(town.here)
    assert "1 public text has no closing answer" in html
    assert f"/admin/participation/ideas/?activity={town.here.pk}&amp;visibility=visible" in html


@pytest.mark.parametrize("outcome", [Outcome.ADOPTED, Outcome.UNDER_REVIEW])
def test_only_an_answer_that_closes_lets_it_end(town, outcome):
    idea, at = IdeaFactory(activity=town.here), timezone.now()
    OfficialAnswer.objects.create(
        contribution=idea,
        outcome=outcome,
        body="Ja.",
        signed_as="Byrådet",
        state=AnswerState.PUBLISHED,
        written_at=at,
        published_at=at,
    )
    unpublish(town, town.here.page)
    assert is_live(town.here) is (outcome == Outcome.UNDER_REVIEW)


def test_a_status_that_says_what_became_of_it_lets_it_end(town):
    IdeaFactory(activity=town.here, status=Status.objects.of_kind(StatusKind.REJECTED))
    IdeaFactory(activity=town.here, visibility=Visibility.HIDDEN)
    unpublish(town, town.here.page)
    assert not is_live(town.here)


def test_a_deadline_that_runs_keeps_it_there_whatever_the_status(town):
    idea = IdeaFactory(activity=town.here, status=Status.objects.of_kind(StatusKind.EXPIRED))
    Case.objects.create(contribution=idea, due_at=timezone.now())
    unpublish(town, town.here.page)
    assert is_live(town.here)


def test_an_open_promise_keeps_it_there(town):
    row = promise(town.here)
    row.contribution.status = Status.objects.of_kind(StatusKind.ACCEPTED)
    row.contribution.save()
    response = unpublish(town, town.here.page)
    assert is_live(town.here)
    assert "1 promise is open" in response.content.decode()


def test_neither_the_page_above_nor_several_at_once_end_it(town):
    IdeaFactory(activity=town.here)
    unpublish(town, town.here.page.get_parent(), include_descendants="on")
    assert is_live(town.here)
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "unpublish"])
    ids = urlencode([("id", a.page_id) for a in (town.here, town.elsewhere)])
    town.client("superuser").post(f"{url}?{ids}", {"include_descendants": ""})
    assert is_live(town.here)
    assert is_live(town.elsewhere)


def test_the_closing_time_may_come(client, town):
    IdeaFactory(activity=town.here)
    town.here.closes_at = timezone.now() - DAY
    town.here.save()
    assert client.get(town.here.page.get_url()).status_code == 200


def test_a_page_with_promises_is_not_deleted(town):
    PromiseFactory(contribution=None, activity=town.elsewhere)
    response = town.client("superuser").post(
        reverse("wagtailadmin_pages:delete", args=[town.elsewhere.page_id]), follow=True
    )
    assert Promise.objects.exists()
    assert "something has been promised there" in response.content.decode()
