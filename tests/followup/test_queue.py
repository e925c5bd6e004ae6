"""The work queue, and how cases go from one hand to the next."""

import csv
import datetime
import io

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from tests.admin.conftest import IdeaFactory, member, proposal_at
from wagtail_borgerdialog.contributions.models import Contribution, StatusKind, Visibility
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.followup.actions.assigning import assign
from wagtail_borgerdialog.followup.deadlines import end_of, local_day
from wagtail_borgerdialog.followup.models import Case, Handover, Unit
from wagtail_borgerdialog.followup.viewsets.assigning import caseworkers_on
from wagtail_borgerdialog.models import Activity, OutgoingMail
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.testing.factories import ParticipantFactory

QUEUE = "borgerdialog_queue:list"
DAY = datetime.timedelta(days=1)


def owed(activity: Activity, title: str, *, days: int | None = 10, **values: object) -> Case:
    """A proposal that an answer is owed to, due in ``days``; the day can have gone by."""
    now = timezone.now()
    proposal = proposal_at(
        activity,
        kind=StatusKind.THRESHOLD_REACHED,
        visibility=Visibility.VISIBLE,
        title=title,
        published_at=now,
    )
    due_at = None if days is None else end_of(local_day(now) + days * DAY)
    kind = "" if days is None else "threshold_reached"
    return Case.objects.create(
        contribution_id=proposal.pk, due_at=due_at, due_kind=kind, due_set_at=now, **values
    )


def titles(client: object, query: str = "") -> list[str]:
    response = client.get(reverse(QUEUE) + query)
    assert response.status_code == 200
    return [case.contribution.title for case in response.context["object_list"]]


def of(case: Case) -> Contribution:
    return Contribution.objects.select_related("activity__page", "site", "status").get(
        pk=case.contribution_id
    )


def act(client: object, case: Case, action: str, **data: object) -> object:
    url = reverse("borgerdialog_proposals:action", args=[case.contribution_id, action])
    return client.post(url, data, follow=True)


def test_the_queue_begins_with_what_is_owed_longest_and_says_what_is_late(town):
    unit = Unit.objects.create(name="Park")
    owed(town.here, "Om lidt", days=3)
    owed(town.here, "For længst", days=-5)
    owed(town.here, "Til sidst", days=40)
    owed(town.here, "Uden frist", days=None, unit=unit)
    owed(town.here, "Besvaret", days=2, answered_at=timezone.now())
    client = town.client("caseworker")
    assert titles(client) == ["For længst", "Om lidt", "Til sidst", "Uden frist"]
    html = client.get(reverse(QUEUE)).content.decode()
    assert html.count("Late") >= 2  # the filter, and the row: in words
    assert "Enough support" in html


def test_each_filter_narrows_the_queue(town):
    mine, unit = town.staff["caseworker"], Unit.objects.create(name="Park")
    owed(town.here, "Sent", days=-1)
    owed(town.here, "Min", days=5, caseworker=mine)
    owed(town.here, "Parkens", days=6, unit=unit)
    now = timezone.now()
    owed(town.here, "Venter", days=20, paused_at=now, next_decision_on=local_day(now))
    owed(town.here, "Uden frist", days=None, unit=unit)
    idea = IdeaFactory(activity=town.here, title="En idé")
    Case.objects.create(contribution_id=idea.pk, caseworker=mine)
    client = town.client("caseworker")
    for query, expected in {
        "?state=late": ["Sent"],
        "?state=waiting": ["Venter"],
        "?state=due": ["Min", "Parkens"],
        "?state=undated": ["Uden frist", "En idé"],
        "?whose=mine": ["Min", "En idé"],
        "?whose=nobodys": ["Sent", "Parkens", "Venter", "Uden frist"],
        f"?unit={unit.pk}": ["Parkens", "Uden frist"],
        "?q=Parkens": ["Parkens"],
        f"?activity={town.here.pk}&state=late": ["Sent"],
    }.items():
        assert titles(client, query) == expected, query


def test_the_queue_knows_kinds(town):
    idea = IdeaFactory(activity=town.here, title="En idé")
    Case.objects.create(contribution_id=idea.pk, caseworker=town.staff["caseworker"])
    client = town.client("caseworker")
    assert titles(client, "?kind=ideas") == ["En idé"]
    assert titles(client, "?kind=proposals") == []


def test_everybody_sees_their_own_part_of_the_tree_and_no_stranger_sees_any(town):
    owed(town.here, "Her", days=1)
    owed(town.elsewhere, "Et andet sted", days=1)
    assert titles(town.client("caseworker")) == ["Her"]
    assert titles(town.client("outsider")) == ["Et andet sted"]
    assert len(titles(town.client("superuser"))) == 2
    assert town.client("plain").get(reverse(QUEUE)).status_code in {302, 403}
    assert town.client("anonymous").get(reverse(QUEUE)).status_code == 302


@pytest.mark.parametrize("visibility", [Visibility.REMOVED, Visibility.WITHDRAWN])
def test_what_is_gone_is_no_work(town, visibility):
    case = owed(town.here, "Væk", days=1)
    Contribution.objects.filter(pk=case.contribution_id).update(visibility=visibility)
    assert titles(town.client("caseworker")) == []


def test_a_case_goes_to_a_unit_and_a_person_and_the_log_keeps_both(town):
    case = owed(town.here, "Træer", days=9)
    unit = Unit.objects.create(name="Park", email="park@example.dk")
    other = member("kollega", [ANSWER, "borgerdialog_contributions.view_contribution"])
    other.groups.first().activity_access.create(page_id=town.here.page.pk)
    client = town.client("caseworker")
    response = act(client, case, "assign", unit=unit.pk, caseworker=other.pk, note="Tag du den?")
    case.refresh_from_db()
    assert (case.unit, case.caseworker) == (unit, other)
    step = Handover.objects.get()
    assert (step.from_unit, step.to_unit, step.to_caseworker) == (None, unit, other)
    assert (step.by, step.note) == (town.staff["caseworker"], "Tag du den?")
    html = response.content.decode()
    assert "Tag du den?" in html
    assert "Park, kollega" in html
    told = OutgoingMail.objects.get(template="staff_handed_over")
    assert told.recipient_key == f"staff:{other.pk}"
    assert ModelLogEntry.objects.filter(action="borgerdialog.assign").count() == 1
    # Nothing changes, nobody is told again.
    act(client, case, "assign", unit=unit.pk, caseworker=other.pk)
    assert Handover.objects.count() == 1


def test_the_mail_reaches_the_new_one_in_their_language_and_leads_to_the_case(
    town, django_capture_on_commit_callbacks
):
    case = owed(town.here, "Træer", days=9)
    worker = town.staff["caseworker"]
    UserProfile.objects.filter(user=worker).update(preferred_language="da")
    with django_capture_on_commit_callbacks(execute=True):
        assign(
            of(case), unit=None, caseworker=worker, by=town.staff["superuser"], at=timezone.now()
        )
    (message,) = mail.outbox
    assert message.to == [worker.email]
    assert reverse("borgerdialog_ideas:item", args=[case.contribution_id]) in message.body
    assert "Denne sag er givet videre" in message.body
    assert "”Træer”" in message.body


def test_a_unit_is_told_where_no_person_has_the_case_and_nobody_of_their_own_doing(town):
    case, now = owed(town.here, "Træer", days=9), timezone.now()
    unit = Unit.objects.create(name="Park", email="park@example.dk")
    worker = town.staff["caseworker"]
    assign(of(case), unit=unit, caseworker=None, by=worker, at=now)
    assign(of(case), unit=unit, caseworker=worker, by=worker, at=now)
    told = OutgoingMail.objects.filter(template="staff_handed_over")
    assert [row.to_email for row in told] == ["park@example.dk"]


def test_only_those_who_may_answer_there_hand_over_and_are_handed_to(town):
    case, now = owed(town.here, "Træer", days=9), timezone.now()
    offered = set(caseworkers_on([town.here]))
    assert offered == {town.staff["caseworker"], town.staff["superuser"]}
    assert set(caseworkers_on([town.here, town.elsewhere])) == {town.staff["superuser"]}
    with pytest.raises(NotAllowed):
        assign(of(case), unit=None, caseworker=None, by=town.staff["moderator"], at=now)
    with pytest.raises(ValueError, match="caseworker"):
        assign(
            of(case),
            unit=None,
            caseworker=town.staff["outsider"],
            by=town.staff["caseworker"],
            at=now,
        )
    response = act(town.client("caseworker"), case, "assign", caseworker=town.staff["outsider"].pk)
    assert response.context["form"].errors["caseworker"]
    assert not Handover.objects.exists()


def test_several_cases_are_handed_over_at_once_and_those_out_of_reach_stay(town):
    first, second = owed(town.here, "Et", days=1), owed(town.here, "To", days=2)
    third = owed(town.elsewhere, "Tre", days=3)
    unit = Unit.objects.create(name="Park")
    url = reverse(
        "wagtail_bulk_action", args=["borgerdialog_followup", "case", "borgerdialog_assign"]
    )
    url += f"?id={first.pk}&id={second.pk}&id={third.pk}"
    client = town.client("caseworker")
    html = client.get(url).content.decode()
    assert "You are about to hand over 2 cases." in html
    assert "Tre" not in html
    client.post(url, {"unit": unit.pk})
    assert set(Case.objects.filter(unit=unit)) == {first, second}
    assert town.client("moderator").get(url).status_code in {302, 403}


def test_the_clock_is_paused_and_started_on_the_screen_of_the_case(town):
    case = owed(town.here, "Træer", days=9)
    client = town.client("caseworker")
    yesterday, later = local_day(timezone.now()) - DAY, local_day(timezone.now()) + 30 * DAY
    response = act(client, case, "pause", reason="Budget", next_decision_on=yesterday.isoformat())
    assert response.context["form"].errors["next_decision_on"]
    response = act(client, case, "pause", reason="Budget", next_decision_on=later.isoformat())
    case.refresh_from_db()
    assert case.is_waiting(timezone.now())
    assert "Waits for a decision" in response.content.decode()
    act(client, case, "resume")
    case.refresh_from_db()
    assert case.paused_at is None
    # Where nothing is owed there is nothing to stop.
    Case.objects.update(answered_at=timezone.now())
    page = client.get(reverse("borgerdialog_proposals:item", args=[case.contribution_id]))
    assert "/pause/" not in page.content.decode()
    assert "/assign/" in page.content.decode()


def test_the_front_page_counts_what_is_owed_and_what_is_late(town):
    owed(town.here, "Sent", days=-2)
    owed(town.here, "Til tiden", days=5)
    owed(town.elsewhere, "Et andet sted", days=-2)
    html = town.client("caseworker").get(reverse("wagtailadmin_home")).content.decode()
    assert "Answers that are late" in html
    assert f"{reverse(QUEUE)}?state=late" in html
    assert "Answers that are late" not in (
        town.client("moderator").get(reverse("wagtailadmin_home")).content.decode()
    )


def test_the_export_says_in_words_what_the_queue_shows(town):
    UserProfile.objects.filter(user=town.staff["caseworker"]).update(preferred_language="da")
    case = owed(town.here, "=Sent", days=-2, unit=Unit.objects.create(name="Park"))
    response = town.client("caseworker").get(reverse(QUEUE) + "?export=csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    headings, row = csv.reader(io.StringIO(text), delimiter=";")
    assert len(set(headings)) == len(headings)
    assert not any("_" in heading for heading in headings)
    assert {"'=Sent", "Forsinket", "Park", case.contribution.reference} <= set(row)


def test_the_queue_costs_the_same_at_0_20_and_200_cases(town, django_assert_max_num_queries):
    client = town.client("caseworker")
    units = [Unit.objects.create(name=f"Enhed {n}") for n in range(3)]
    somebody = ParticipantFactory()
    paths = dict.fromkeys((reverse(QUEUE), f"{reverse(QUEUE)}?state=late"), 18)
    paths[f"{reverse(QUEUE)}?export=csv"] = 12
    counts: dict[str, list[int]] = {path: [] for path in paths}
    client.get(reverse(QUEUE))
    for step in (0, 20, 180):
        for n in range(step):
            case = owed(town.here, f"Sag {n}", days=n - 10, unit=units[n % 3])
            Contribution.objects.filter(pk=case.contribution_id).update(participant=somebody)
        for path, most in paths.items():
            with django_assert_max_num_queries(most) as queries:
                response = client.get(path)
                if "export" in path:
                    b"".join(response.streaming_content)
            counts[path].append(len(queries))
    for path, (_none, few, many) in counts.items():
        assert few == many, (path, counts[path])
