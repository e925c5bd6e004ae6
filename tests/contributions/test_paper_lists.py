"""Signed lists: entered by one, countersigned by another, and nobody counts twice by them."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.citizens import address
from tests.contributions.conftest import member_of_staff
from tests.contributions.test_races import burst
from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.contributions.actions import recount, request_support
from wagtail_borgerdialog.contributions.actions.paper import countersign, enter_list, void_list
from wagtail_borgerdialog.contributions.models import (
    Contribution,
    LineOutcome,
    PaperLine,
    PaperList,
    Status,
    StatusKind,
    Support,
)
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.people.eligibility import DeniedReason, NotAllowed
from wagtail_borgerdialog.testing.factories import (
    ContributionFactory,
    ParticipantFactory,
    SupportFactory,
    UserFactory,
)
from wagtail_borgerdialog.testing.ideas import IdeaFactory

pytestmark = pytest.mark.django_db
AT = timezone.now()


@pytest.fixture
def anna() -> object:
    return member_of_staff("anna")


@pytest.fixture
def bo() -> object:
    return member_of_staff("bo")


def of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def screen(idea, action: str) -> str:
    return reverse("borgerdialog_ideas:action", args=[idea.pk, action])


def entered(contribution, people, *, by, name="Torvet") -> PaperList:
    return enter_list(
        contribution, people, name=name, channel="paper", evidence="Sag 26/114", by=by, at=AT
    )


def count(contribution) -> int:
    return Contribution.objects.get(pk=contribution.pk).support_count


def said(response) -> str:
    return " ".join(map(str, response.context["messages"]))


SHEET = {
    "name": "Torvet",
    "channel": "paper",
    "evidence": "Sag 26/114",
    "people": "Asta Prøve; Bakken 1\nBo Prøve\tbo@example.dk\n\nCarl Prøve",
}


def test_a_list_counts_when_a_second_colleague_has_countersigned_it(anna, bo):
    idea = IdeaFactory()
    stored = of(anna).post(screen(idea, "paperlist"), SHEET, follow=True)
    assert "A list of 3 lines is stored." in said(stored)
    assert count(idea) == 0
    assert not Support.objects.exists()

    shown = of(bo).get(screen(idea, "countersign")).content.decode()
    for words in ("Asta Prøve", "bo@example.dk", "Sag 26/114", "anna"):
        assert words in shown
    paper_list = PaperList.objects.get()
    data = {"paper_list": paper_list.pk, "compared": "on"}
    signed = of(bo).post(screen(idea, "countersign"), data, follow=True)
    assert "3 supports are counted." in said(signed)
    assert count(idea) == 3
    rows = Support.objects.all()
    assert {(row.evidence, row.batch, row.channel, row.entered_by) for row in rows} == {
        ("Sag 26/114", "Torvet", "paper", anna)
    }
    assert OutgoingMail.objects.filter(template="supported").count() == 1
    assert recount(fix=False) == []


def test_nobody_countersigns_what_they_have_entered(anna):
    idea = IdeaFactory()
    paper_list = entered(idea, [ParticipantFactory()], by=anna)
    with pytest.raises(NotAllowed) as refused:
        countersign(paper_list, by=anna, at=AT)
    assert refused.value.decision.reason == DeniedReason.SECOND_PERSON
    answer = of(anna).post(
        screen(idea, "countersign"), {"paper_list": paper_list.pk, "compared": "on"}
    )
    assert "A colleague has to approve" in said(answer)
    assert count(idea) == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperList.objects.filter(pk=paper_list.pk).update(signed_by=anna)


def test_it_is_not_countersigned_without_a_look_at_the_paper(anna, bo):
    idea = IdeaFactory()
    paper_list = entered(idea, [ParticipantFactory()], by=anna)
    answer = of(bo).post(screen(idea, "countersign"), {"paper_list": paper_list.pk})
    assert answer.context["form"].errors.keys() == {"compared"}
    assert count(idea) == 0


def test_who_supports_already_is_reported_and_counts_once(anna, bo):
    idea = IdeaFactory()
    known, waiting, new = ParticipantFactory.create_batch(3)
    SupportFactory(contribution=idea, participant=known)
    request_support(Idea.objects.with_page_rows().get(pk=idea.pk), participant=waiting, at=AT)
    paper_list = entered(idea, [known, waiting, new, new], by=anna)
    assert "supports it already" in of(bo).get(screen(idea, "countersign")).content.decode()
    data = {"paper_list": paper_list.pk, "compared": "on"}
    answer = said(of(bo).post(screen(idea, "countersign"), data, follow=True))
    assert "2 supports are counted." in answer
    assert "2 people had supported already" in answer
    assert count(idea) == 3
    assert sorted(PaperLine.objects.values_list("outcome", flat=True)) == [
        LineOutcome.COUNTED,
        LineOutcome.COUNTED,
        LineOutcome.REPEATED,
        LineOutcome.REPEATED,
    ]


def test_a_list_is_voided_with_a_reason_and_a_log(anna, bo):
    idea = IdeaFactory()
    own = SupportFactory(contribution=idea)
    paper_list = entered(idea, [*ParticipantFactory.create_batch(2), own.participant], by=anna)
    countersign(paper_list, by=bo, at=AT)
    assert count(idea) == 3
    data = {"paper_list": paper_list.pk, "reason": "Forkert forslag"}
    answer = of(anna).post(screen(idea, "voidlist"), data, follow=True)
    assert "2 supports do not count any more." in said(answer)
    assert count(idea) == 1
    own.refresh_from_db()
    assert own.status == "confirmed"
    case = of(bo).get(reverse("borgerdialog_ideas:item", args=[idea.pk])).content.decode()
    assert "Forkert forslag" in case
    entry = ModelLogEntry.objects.filter(action="borgerdialog.paper_voided").get()
    assert (entry.user, entry.data["supports"]) == (anna, 2)
    with pytest.raises(NotAllowed):
        countersign(paper_list, by=bo, at=AT)
    assert recount(fix=False) == []


def test_a_list_that_was_never_countersigned_is_voided_too_and_its_name_is_free(anna, bo):
    idea = IdeaFactory()
    person = ParticipantFactory()
    paper_list = entered(idea, [person], by=anna)
    with pytest.raises(NotAllowed) as refused:
        entered(idea, [person], by=bo)
    assert refused.value.decision.reason == DeniedReason.NAME_TAKEN
    assert void_list(paper_list, by=anna, at=AT, reason="Tastefejl") == 0
    countersign(entered(idea, [person], by=anna), by=bo, at=AT)
    assert count(idea) == 1


def test_supports_of_a_list_are_not_taken_back_one_by_one(anna, bo):
    idea = IdeaFactory()
    countersign(entered(idea, [ParticipantFactory()], by=anna), by=bo, at=AT)
    assert of(anna).get(screen(idea, "takeback")).status_code == 302
    assert count(idea) == 1


def test_a_case_that_takes_no_support_any_more_takes_no_list(anna, bo):
    idea = IdeaFactory()
    paper_list = entered(idea, [ParticipantFactory()], by=anna)
    Idea.objects.filter(pk=idea.pk).update(status=Status.objects.of_kind(StatusKind.DONE))
    with pytest.raises(NotAllowed):
        countersign(paper_list, by=bo, at=AT)
    again = of(anna).post(screen(idea, "paperlist"), {**SHEET, "name": "Ny"})
    assert "Asta Prøve" in again.content.decode()
    assert PaperList.objects.count() == 1


def test_a_cpr_number_on_a_line_is_refused(anna):
    idea = IdeaFactory()
    answer = of(anna).post(screen(idea, "paperlist"), {**SHEET, "people": "Bo; 070761-4285"})
    assert "CPR number" in " ".join(answer.context["form"].errors["people"])
    assert not PaperList.objects.exists()


def test_who_may_not_enter_may_neither_countersign_nor_void(anna):
    paper_list = entered(IdeaFactory(), [ParticipantFactory()], by=anna)
    stranger = UserFactory(is_staff=True)
    for act in (
        lambda: countersign(paper_list, by=stranger, at=AT),
        lambda: void_list(paper_list, by=stranger, at=AT, reason="Nej"),
    ):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.decision.reason == DeniedReason.NO_PERMISSION


def test_the_person_gets_told_of_their_line_and_an_erased_one_is_not_counted(anna, bo):
    idea = IdeaFactory()
    person, other = ParticipantFactory.create_batch(2)
    paper_list = entered(idea, [person, other], by=anna)
    (lines,) = [
        one for component in registry for one in component.retained() if one.name == "paper_lists"
    ]
    (told,) = lines.export(person)
    assert (told["list"], told["reference"]) == ("Torvet", idea.reference)
    lines.erase(person, at=AT)
    assert lines.export(person) == []
    countersign(paper_list, by=bo, at=AT)
    assert count(idea) == 1


@pytest.mark.parametrize("lines", [2, 100])
def test_a_case_costs_the_same_however_long_its_lists_are(anna, lines):
    idea = IdeaFactory()
    url = reverse("borgerdialog_ideas:item", args=[idea.pk])
    client = of(anna)
    client.get(url)
    with CaptureQueriesContext(connection) as none:
        client.get(url)
    entered(idea, ParticipantFactory.create_batch(lines), by=anna)
    with CaptureQueriesContext(connection) as some:
        client.get(url)
    assert len(some) == len(none)


# -- At the same moment


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_list_that_is_countersigned_twelve_times_at_once_counts_once(anna, bo):
    idea = ContributionFactory()
    paper_list = entered(idea, ParticipantFactory.create_batch(5), by=anna)
    answers = burst(lambda browser: countersign(paper_list, by=bo, at=AT))
    assert sum(isinstance(answer, PaperList) for answer in answers) == 1
    assert count(idea) == 5
    assert recount(fix=False) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_lists_that_name_the_same_people_in_any_order_count_each_once(anna, bo):
    idea = ContributionFactory()
    people = ParticipantFactory.create_batch(8)
    lists = [
        entered(idea, people if n % 2 else people[::-1], by=anna, name=f"Ark {n}")
        for n in range(12)
    ]
    todo = iter(lists)
    answers = burst(lambda browser: countersign(next(todo), by=bo, at=AT))
    assert all(isinstance(answer, PaperList) for answer in answers), answers
    assert count(idea) == 8
    assert recount(fix=False) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_list_and_its_people_who_support_meanwhile_count_each_once(anna, bo):
    idea = ContributionFactory()
    users = UserFactory.create_batch(11, verified=True)
    people = [ParticipantFactory(user=user, email=user.email) for user in users]
    paper_list = entered(idea, people, by=anna)
    todo = iter([None, *users])
    url = address("support", idea.reference)

    def act(browser: Client) -> object:
        user = next(todo)
        if user is None:
            return countersign(paper_list, by=bo, at=AT)
        browser.force_login(user)
        return browser.post(url).status_code

    burst(act)
    assert count(idea) == Support.objects.filter(status="confirmed").count() == 11
    assert recount(fix=False) == []
