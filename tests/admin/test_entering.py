"""Staff enter what came on paper, by phone or at a meeting."""

import pytest
from django.urls import reverse

from tests.admin.conftest import IdeaFactory, scheme
from wagtail_borgerdialog.contributions.models import Status, StatusKind, Support, Visibility
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.proposals.models import Proposal
from wagtail_borgerdialog.testing.factories import SupportFactory

LETTER = {
    "title": "En bænk ved kirken",
    "body": "Der er langt op ad bakken.",
    "channel": "paper",
    "evidence": "Sag 2026-114",
    "name_display": "anonymous",
}


def enter(client, **data: object):
    return client.post(reverse("borgerdialog_ideas:enter"), {**LETTER, **data}, follow=True)


def test_an_idea_on_paper_is_stored_with_who_entered_it_and_where_the_letter_is(town):
    enter(town.client("caseworker"), activity=town.here.pk, name="Asta Prøve")
    idea = Idea.objects.get()
    assert (idea.channel, idea.evidence) == ("paper", "Sag 2026-114")
    assert idea.entered_by == town.staff["caseworker"]
    assert idea.public_name == ""
    assert idea.participant.name == "Asta Prøve"
    assert idea.visibility == Visibility.PENDING


def test_one_who_decides_publishes_it_at_once(town):
    client = town.client("moderator")
    assert "as soon as you save" in client.get(reverse("borgerdialog_ideas:enter")).content.decode()
    enter(client, activity=town.here.pk)
    idea = Idea.objects.get()
    assert idea.visibility == Visibility.VISIBLE
    assert idea.participant is None


def test_the_page_is_chosen_already_where_there_is_but_one(town):
    page = town.client("moderator").get(reverse("borgerdialog_ideas:enter"))
    assert page.context["form"]["activity"].value() == town.here.pk


def test_evidence_is_required_and_a_page_of_others_cannot_be_chosen(town):
    response = enter(town.client("moderator"), activity=town.elsewhere.pk, evidence="")
    assert response.context["form"].errors.keys() == {"activity", "evidence"}
    assert not Idea.objects.exists()


def test_a_name_is_shown_only_when_there_is_one_to_show(town):
    client = town.client("moderator")
    response = enter(client, activity=town.here.pk, name_display="full")
    assert response.context["form"].errors.keys() == {"name"}
    enter(client, activity=town.here.pk, name_display="full", name="Asta Prøve")
    assert Idea.objects.get().public_name == "Asta Prøve"


def test_an_address_that_is_known_never_shows_the_name_behind_it(town):
    client = town.client("moderator")
    enter(client, activity=town.here.pk, name="Asta Prøve", email="a@example.dk")
    enter(client, activity=town.here.pk, name="Bo Prøve", email="a@example.dk", name_display="full")
    assert Participant.objects.count() == 1
    assert Idea.objects.latest("pk").public_name == "Bo Prøve"


def supports(client, idea, people: str, **data: object):
    """One person after the other."""
    url = reverse("borgerdialog_ideas:action", args=[idea.pk, "supports"])
    given = {"channel": "paper", "evidence": "Liste 3", **data}
    for person in people.split("\n"):
        response = client.post(url, {**given, "people": person}, follow=True)
    return response


def paper_list(client, idea, people: str, **data: object):
    url = reverse("borgerdialog_ideas:action", args=[idea.pk, "paperlist"])
    given = {"channel": "paper", "evidence": "Liste 3", "name": "Torvet", "people": people}
    return client.post(url, {**given, **data}, follow=True)


def test_a_support_by_phone_is_counted_at_once(town):
    idea = IdeaFactory(activity=town.here)
    response = supports(town.client("moderator"), idea, "Bo Prøve; bo@example.dk", channel="phone")
    idea.refresh_from_db()
    assert idea.support_count == 1
    assert "1 support is counted." in " ".join(map(str, response.context["messages"]))
    row = Support.objects.get()
    assert row.entered_by == town.staff["moderator"]
    assert (row.evidence, row.channel) == ("Liste 3", "phone")
    assert OutgoingMail.objects.count() == 1


def test_several_people_at_once_are_a_paper_list(town):
    idea = IdeaFactory(activity=town.here)
    url = reverse("borgerdialog_ideas:action", args=[idea.pk, "supports"])
    data = {"channel": "paper", "evidence": "Liste 3", "people": "Asta Prøve\nBo Prøve"}
    response = town.client("moderator").post(url, data)
    assert response.context["form"].errors.keys() == {"people"}
    assert not Support.objects.exists()


def test_the_same_person_entered_twice_counts_once(town):
    idea = IdeaFactory(activity=town.here)
    client = town.client("moderator")
    supports(client, idea, "Asta Prøve; Bakken 1\nBo Prøve; Bakken 2")
    response = supports(client, idea, "asta  prøve; BAKKEN 1")
    idea.refresh_from_db()
    assert idea.support_count == 2
    assert "1 person had supported already" in " ".join(map(str, response.context["messages"]))


def test_a_colleague_sees_who_entered_supports_when_and_on_what_evidence(town):
    idea = IdeaFactory(activity=town.here)
    supports(town.client("moderator"), idea, "Asta Prøve\nBo Prøve")
    supports(town.client("moderator"), idea, "Carl Prøve", evidence="Liste 4", channel="meeting")
    page = town.client("editor").get(reverse("borgerdialog_ideas:item", args=[idea.pk]))
    listed = page.context["entered_supports"]
    assert ["Liste 3" in one for one in listed].count(True) == 1
    for words in ("2 supports", "moderator", "Paper"):
        assert any(words in one and "Liste 3" in one for one in listed), words
    assert "3 supports: 3 on paper" in page.content.decode()


def take_back(client, idea, key: str):
    url = reverse("borgerdialog_ideas:action", args=[idea.pk, "takeback"])
    return client.post(url, {"entered": key}, follow=True)


def test_what_was_entered_by_mistake_is_taken_back_and_can_be_entered_again(town):
    idea = IdeaFactory(activity=town.here)
    own = SupportFactory(contribution=idea)
    client = town.client("moderator")
    people = "Asta Prøve; Bakken 1\nBo Prøve; Bakken 2"
    supports(client, idea, people)
    supports(client, idea, "Carl Prøve", evidence="Liste 4")
    form = client.get(reverse("borgerdialog_ideas:action", args=[idea.pk, "takeback"]))
    text = form.content.decode()
    assert "do not count any more" in text
    assert "enter the people again" in text
    entered = form.context["form"].groups
    key = next(key for key, group in entered.items() if group.evidence == "Liste 3")
    response = take_back(client, idea, key)
    assert "2 supports do not count" in " ".join(map(str, response.context["messages"]))
    idea.refresh_from_db()
    assert idea.support_count == 2
    own.refresh_from_db()
    assert own.status == SupportStatus.CONFIRMED
    assert take_back(client, idea, key).context["form"].errors.keys() == {"entered"}
    assert take_back(client, idea, str(own.pk)).context["form"].errors.keys() == {"entered"}
    supports(client, idea, people)
    idea.refresh_from_db()
    assert idea.support_count == 4


def test_what_was_typed_is_still_there_when_the_case_was_hidden_meanwhile(town):
    idea = IdeaFactory(activity=town.here, visibility=Visibility.HIDDEN)
    response = supports(town.client("moderator"), idea, "Asta Prøve; Bakken 1")
    assert "Asta Prøve; Bakken 1" in response.content.decode()
    assert "not possible" in " ".join(map(str, response.context["messages"]))
    assert not Support.objects.exists()


def test_nor_is_a_list_lost_that_comes_when_the_case_takes_no_support(town):
    idea = IdeaFactory(activity=town.here, status=Status.objects.of_kind(StatusKind.DONE))
    response = supports(town.client("moderator"), idea, "Asta Prøve; Bakken 1")
    assert "Asta Prøve; Bakken 1" in response.content.decode()
    assert list(response.context["messages"])
    assert not Support.objects.exists()


def test_a_pile_of_papers_keeps_page_channel_and_evidence(town):
    client = town.client("superuser")
    response = enter(client, activity=town.elsewhere.pk, channel="meeting", another="1")
    form = response.context["form"]
    assert form["activity"].value() == str(town.elsewhere.pk)
    assert (form["channel"].value(), form["evidence"].value()) == ("meeting", "Sag 2026-114")
    assert not response.request["QUERY_STRING"]
    assert not form["title"].value()
    assert Idea.objects.get().reference in " ".join(map(str, response.context["messages"]))


def test_a_line_that_cannot_be_read_stops_the_list_and_is_named(town):
    idea = IdeaFactory(activity=town.here)
    response = paper_list(town.client("moderator"), idea, "Asta Prøve\n; Bakken 1\nBo; bo@@")
    errors = " ".join(response.context["form"].errors["people"])
    assert "2" in errors
    assert "3" in errors
    assert not Support.objects.exists()


@pytest.mark.parametrize(
    "people", ["", "\x00", "Bo Prøve\nBo  Prøve", "\n".join(["Asta Prøve"] * 201)]
)
def test_an_empty_or_endless_list_is_refused(town, people):
    idea = IdeaFactory(activity=town.here)
    response = paper_list(town.client("moderator"), idea, people)
    assert "people" in response.context["form"].errors


def test_supports_need_a_public_case(town):
    idea = IdeaFactory(activity=town.here, visibility=Visibility.HIDDEN)
    supports(town.client("moderator"), idea, "Asta Prøve")
    assert not Support.objects.exists()


def enter_proposal(town, **data: object):
    given = {**LETTER, "title": "Kommunen skal plante 500 træer", "name": "Asta Prøve"}
    client = town.client("superuser")
    url = reverse("borgerdialog_proposals:enter")
    return client.post(url, {**given, "declared": "on", **data}, follow=True)


def test_a_proposal_on_paper_goes_to_the_formal_check_and_not_to_the_public(town):
    activity = scheme("Borgerforslag")
    enter_proposal(town, activity=activity.pk, remarks="Det er varmt.")
    proposal = Proposal.objects.get()
    assert proposal.status.kind == StatusKind.IN_REVIEW
    assert proposal.visibility == Visibility.PENDING
    assert (proposal.entered_by, proposal.evidence) == (town.staff["superuser"], "Sag 2026-114")


def test_the_form_says_that_rules_can_demand_a_full_name_and_so_it_is(town):
    activity = scheme("Borgerforslag", full_names=True)
    form = town.client("superuser").get(reverse("borgerdialog_proposals:enter"))
    assert "the full name is shown whatever you choose" in form.content.decode()
    enter_proposal(town, activity=activity.pk)
    assert Proposal.objects.get().public_name == "Asta Prøve"


def test_the_rules_hold_for_paper_too(town):
    activity = scheme("Borgerforslag", min_coproposers=1, max_coproposers=2, text_max=200)
    wrong = enter_proposal(
        town, activity=activity.pk, body="ord " * 100, name="", declared="", coproposers=""
    )
    errors = wrong.context["form"].errors
    assert errors.keys() == {"body", "name", "declared", "coproposers"}
    for people in ("Bo Prøve", "\n".join(f"Bo{n}; bo{n}@example.dk" for n in range(3))):
        wrong = enter_proposal(town, activity=activity.pk, coproposers=people)
        assert wrong.context["form"].errors.keys() == {"coproposers"}
    twice = "Bo Prøve; bo@example.dk\nBo P; BO@example.dk"
    wrong = enter_proposal(town, activity=activity.pk, coproposers=twice)
    assert wrong.context["form"].errors.keys() == {"coproposers"}
    assert not Proposal.objects.exists()
    assert not Participant.objects.exists()


@pytest.mark.parametrize(
    ("have_signed", "kind"),
    [("on", StatusKind.IN_REVIEW), ("", StatusKind.AWAITING_COPROPOSERS)],
)
def test_co_proposers_who_have_signed_the_paper_are_not_asked_again(town, have_signed, kind):
    activity = scheme("Borgerforslag", min_coproposers=1, max_coproposers=2)
    enter_proposal(
        town,
        activity=activity.pk,
        coproposers="Bo Prøve; bo@example.dk",
        have_signed=have_signed,
    )
    assert Proposal.objects.get().status.kind == kind
