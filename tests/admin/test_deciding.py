"""What staff do with one text, or with several at once."""

import pytest
from django.urls import reverse

from tests.admin.conftest import IdeaFactory, comment_on, offer, pending, proposal_at
from wagtail_borgerdialog.contributions.models import (
    ModerationDecision,
    Status,
    StatusChange,
    StatusKind,
    Visibility,
)
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.models import OutgoingMail, ParticipationSettings
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.proposals.models import Addendum
from wagtail_borgerdialog.testing.factories import AreaFactory

REASON = {
    "reason_code": "off_topic",
    "rule_cited": "Sidens regler, punkt 2",
    "public_note": "Det handler om en anden kommune.",
    "internal_note": "Ring til Karla.",
}


def act(client, item, action: str, data: dict[str, object], *, room: str = "ideas"):
    return client.post(
        reverse(f"borgerdialog_{room}:action", args=[item.pk, action]), data, follow=True
    )


def bulk(client, action: str, *items, model: str = "borgerdialog_ideas/idea", **data: object):
    ids = "&".join(f"id={item.pk}" for item in items)
    url = f"/admin/bulk/{model}/{action}/?{ids}&next=/admin/participation/ideas/"
    return client.post(url, data, follow=True)


def messages_of(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def visibility(item) -> str:
    return type(item).objects.get(pk=item.pk).visibility


def test_publishing_lets_everybody_see_it_and_tells_the_author(town):
    idea = pending(town.here)
    client = town.client("moderator")
    page = client.get(reverse("borgerdialog_ideas:action", args=[idea.pk, "publish"]))
    assert "Everybody can read it" in page.content.decode()
    act(client, idea, "publish", {})
    assert visibility(idea) == Visibility.VISIBLE
    assert OutgoingMail.objects.filter(template="published").exists()


def test_not_publishing_asks_for_a_reason_beside_the_field(town):
    idea = pending(town.here)
    client = town.client("moderator")
    response = act(client, idea, "reject", {})
    assert response.context["form"].errors.keys() == {"reason_code"}
    response = act(client, idea, "reject", {"reason_code": "off_topic"})
    assert response.context["form"].errors.keys() == {"public_note"}
    assert visibility(idea) == Visibility.PENDING


def test_the_reasons_are_kept_and_the_internal_note_stays_inside(town):
    idea = pending(town.here)
    act(town.client("moderator"), idea, "reject", REASON)
    decision = ModerationDecision.objects.get()
    assert visibility(idea) == Visibility.HIDDEN
    assert decision.decided_by == town.staff["moderator"]
    assert decision.internal_note == "Ring til Karla."
    mail = OutgoingMail.objects.get(template="not_shown")
    assert "anden kommune" in str(mail.context)
    assert "Karla" not in str(mail.context)


@pytest.mark.parametrize("email", ["asta@example.dk", ""])
def test_a_moderator_learns_before_deciding_that_no_mail_reaches_the_author(town, email):
    idea = pending(town.here)
    Participant.objects.update(email=email)
    client = town.client("moderator")
    page = client.get(reverse("borgerdialog_ideas:action", args=[idea.pk, "reject"]))
    assert ("no e-mail address here" in page.content.decode()) is not bool(email)
    done = messages_of(act(client, idea, "reject", REASON))
    assert "It is not published." in done
    assert ("The author is told why." in done) is bool(email)


def test_only_what_makes_sense_is_offered(town):
    idea = IdeaFactory(activity=town.here)
    client = town.client("moderator")
    page = client.get(reverse("borgerdialog_ideas:item", args=[idea.pk]))
    offered = {one["action"].name for one in page.context["offered"]}
    assert offered == {"hide", "remove", "place", "supports", "paperlist"}
    response = act(client, idea, "publish", {})
    assert "not possible" in messages_of(response)


def test_a_decision_that_somebody_else_took_meanwhile_is_a_message_not_an_error(town, monkeypatch):
    idea = pending(town.here)
    client = town.client("moderator")

    def taken_meanwhile(action, item) -> bool:
        Idea.objects.filter(pk=item.pk).update(visibility=Visibility.WITHDRAWN)
        return True

    monkeypatch.setattr(
        "wagtail_borgerdialog.contributions.viewsets.staff_actions.Moderate.suits", taken_meanwhile
    )
    response = act(client, idea, "publish", {})
    assert response.status_code == 200
    assert messages_of(response)
    assert visibility(idea) == Visibility.WITHDRAWN


def test_a_change_of_status_is_signed_by_a_role_and_shows_who_only_inside(town):
    idea = IdeaFactory(activity=town.here)
    to = Status.objects.of_kind(StatusKind.IN_PROCESS)
    client = town.client("caseworker")
    act(
        client,
        idea,
        "status",
        {"status": to.pk, "by_role": "Vej og park", "note": "Vi ser på det."},
    )
    change = StatusChange.objects.get(to_status=to)
    assert (change.by_role, change.note) == ("Vej og park", "Vi ser på det.")
    assert change.by == town.staff["caseworker"]


def test_staff_cannot_put_an_idea_into_a_step_of_the_formal_check(town):
    idea = IdeaFactory(activity=town.here)
    to = Status.objects.of_kind(StatusKind.OPEN_FOR_SUPPORT)
    response = act(town.client("caseworker"), idea, "status", {"status": to.pk, "by_role": "X"})
    assert "status" in response.context["form"].errors


def test_district_is_corrected_and_the_text_is_not(town):
    idea = IdeaFactory(activity=town.here, body="Som skrevet.")
    area = AreaFactory()
    act(town.client("caseworker"), idea, "place", {"area": area.pk})
    idea.refresh_from_db()
    assert (idea.area, idea.body) == (area, "Som skrevet.")


def test_a_refined_version_stands_beside_the_original(town):
    idea = IdeaFactory(activity=town.here, body="Som skrevet.")
    act(
        town.client("caseworker"),
        idea,
        "refine",
        {"title": "", "body": "Tre bænke af eg.", "by_role": "Vej og park"},
    )
    idea.refresh_from_db()
    assert (idea.body, idea.refined_body) == ("Som skrevet.", "Tre bænke af eg.")


def test_comments_and_offers_of_help_are_decided_on_their_own_pages(town):
    idea = IdeaFactory(activity=town.here)
    comment = comment_on(idea, visibility=Visibility.PENDING)
    one = offer(idea)
    client = town.client("moderator")
    act(client, comment, "publish", {}, room="comments")
    act(client, one, "reject", {"reason_code": "spam"}, room="help")
    assert visibility(comment) == Visibility.VISIBLE
    assert visibility(one) == Visibility.HIDDEN


CHECK = "borgerdialog_proposals:action"


def check_data(client, proposal, *answers: str, **more: str) -> dict[str, str]:
    page = client.get(reverse(CHECK, args=[proposal.pk, "check"]))
    data = {"text_of": page.context["form"]["text_of"].value(), "otherwise": "return"}
    for number, answer in enumerate(answers, start=1):
        data[f"criterion_{number}"] = answer
    return {**data, **more}


def test_a_proposal_that_meets_every_criterion_is_published(town):
    proposal = proposal_at(town.here)
    client = town.client("caseworker")
    act(client, proposal, "check", check_data(client, proposal, "met", "met"), room="proposals")
    proposal.refresh_from_db()
    assert proposal.visibility == Visibility.VISIBLE
    assert proposal.status.kind == StatusKind.OPEN_FOR_SUPPORT
    assert proposal.support_goal == 450


@pytest.mark.parametrize(
    ("otherwise", "kind"),
    [("return", StatusKind.RETURNED), ("reject", StatusKind.REJECTED_FORMAL)],
)
def test_one_that_does_not_goes_back_or_ends_with_the_reason(town, otherwise, kind):
    proposal = proposal_at(town.here)
    client = town.client("caseworker")
    data = check_data(client, proposal, "met", "not_met", otherwise=otherwise)
    response = act(client, proposal, "check", data, room="proposals")
    assert response.context["form"].errors.keys() == {"note_2"}
    act(client, proposal, "check", {**data, "note_2": "Vælg én ting."}, room="proposals")
    proposal.refresh_from_db()
    assert proposal.status.kind == kind
    assert proposal.checks.get(passed=False).note == "Vælg én ting."


def test_a_text_that_was_changed_while_it_was_read_is_not_published(town):
    proposal = proposal_at(town.here)
    client = town.client("caseworker")
    data = check_data(client, proposal, "met", "met", text_of="2020-01-01T00:00:00+00:00")
    response = act(client, proposal, "check", data, room="proposals")
    assert messages_of(response)
    assert visibility(proposal) == Visibility.PENDING


def test_no_other_way_publishes_a_proposal(town):
    proposal = proposal_at(town.here)
    hidden = proposal_at(town.here, visibility=Visibility.HIDDEN)
    client = town.client("superuser")
    for action in ("publish", "reject", "restore"):
        client.post(reverse(CHECK, args=[proposal.pk, action]), REASON)
        client.post(reverse(CHECK, args=[hidden.pk, action]), REASON)
    bulk(client, "borgerdialog_publish", proposal, model="borgerdialog_proposals/proposal")
    assert visibility(proposal) == Visibility.PENDING
    assert visibility(hidden) == Visibility.HIDDEN


def test_an_addendum_is_shown_or_not_with_a_reason(town):
    proposal = proposal_at(town.here)
    addendum = Addendum.objects.create(
        proposal=proposal, body="Et punkt mere.", language="da", created_at=proposal.updated_at
    )
    client = town.client("moderator")
    response = act(client, addendum, "hide", {}, room="addenda")
    assert "public_note" in response.context["form"].errors
    act(client, addendum, "hide", {"public_note": "Det er et nyt forslag."}, room="addenda")
    assert visibility(addendum) == Visibility.HIDDEN
    act(client, addendum, "show", {}, room="addenda")
    assert visibility(addendum) == Visibility.VISIBLE


def test_bulk_publishing_says_how_many_and_leaves_the_rest_alone(town):
    waiting = [pending(town.here), pending(town.here)]
    shown = IdeaFactory(activity=town.here)
    elsewhere = pending(town.elsewhere)
    client = town.client("moderator")
    ids = "&".join(f"id={one.pk}" for one in [*waiting, shown, elsewhere])
    page = client.get(f"/admin/bulk/borgerdialog_ideas/idea/borgerdialog_publish/?{ids}")
    text = page.content.decode()
    assert "You are about to publish 2 texts." in text
    assert "1 of those you chose stays as it is" in text
    assert "To undo it" in text
    assert elsewhere.title not in text
    response = bulk(client, "borgerdialog_publish", *waiting, shown, elsewhere)
    assert "2 are changed." in messages_of(response)
    assert [visibility(one) for one in waiting] == [Visibility.VISIBLE] * 2
    assert visibility(elsewhere) == Visibility.PENDING


def test_one_reason_serves_all_that_are_not_published(town):
    ideas = [pending(town.here) for _ in range(3)]
    client = town.client("moderator")
    response = bulk(client, "borgerdialog_reject", *ideas)
    assert "reason_code" in response.context["form"].errors
    bulk(client, "borgerdialog_reject", *ideas, **REASON)
    notes = ModerationDecision.objects.values_list("public_note", flat=True)
    assert list(notes) == [REASON["public_note"]] * 3


def test_bulk_hiding_and_status_work_on_several(town):
    ideas = [IdeaFactory(activity=town.here) for _ in range(2)]
    to = Status.objects.of_kind(StatusKind.DONE)
    bulk(
        town.client("caseworker"),
        "borgerdialog_status",
        *ideas,
        status=to.pk,
        by_role="Vej og park",
    )
    assert {Idea.objects.get(pk=one.pk).status for one in ideas} == {to}
    bulk(town.client("moderator"), "borgerdialog_hide", *ideas, **REASON)
    assert {visibility(one) for one in ideas} == {Visibility.HIDDEN}


def test_several_offers_of_help_are_decided_at_once(town):
    idea = IdeaFactory(activity=town.here)
    offers = [offer(idea), offer(idea)]
    elsewhere = offer(IdeaFactory(activity=town.elsewhere))
    client = town.client("moderator")
    kind = "borgerdialog_ideas/helpoffer"
    response = bulk(client, "borgerdialog_publish", *offers, elsewhere, model=kind)
    assert "2 are changed." in messages_of(response)
    assert {visibility(one) for one in offers} == {Visibility.VISIBLE}
    assert visibility(elsewhere) == Visibility.PENDING
    assert "form" in bulk(client, "borgerdialog_hide", *offers, model=kind).context
    bulk(client, "borgerdialog_hide", *offers, model=kind, reason_code="spam")
    assert {visibility(one) for one in offers} == {Visibility.HIDDEN}


def test_several_addenda_are_shown_or_not_at_once(town):
    made = [
        Addendum.objects.create(
            proposal=proposal, body="Mere.", language="da", created_at=proposal.updated_at
        )
        for proposal in (proposal_at(town.here), proposal_at(town.elsewhere))
    ]
    client = town.client("moderator")
    kind = "borgerdialog_proposals/addendum"
    bulk(client, "borgerdialog_publish", *made, model=kind)
    assert [visibility(one) for one in made] == [Visibility.VISIBLE, Visibility.PENDING]
    bulk(client, "borgerdialog_reject", *made, model=kind, public_note="Det er et nyt forslag.")
    assert [visibility(one) for one in made] == [Visibility.HIDDEN, Visibility.PENDING]


def test_the_municipality_signs_many_changes_of_status_unless_somebody_else_does(town):
    settings = ParticipationSettings.for_site(town.here.site)
    settings.organisation_name = "Vestersø Kommune"
    settings.save()
    idea = IdeaFactory(activity=town.here)
    url = f"/admin/bulk/borgerdialog_ideas/idea/borgerdialog_status/?id={idea.pk}"
    form = town.client("caseworker").get(url).context["form"]
    assert form["by_role"].value() == "Vestersø Kommune"


def test_everything_at_once_is_not_on_offer(town):
    pending(town.here)
    client = town.client("moderator")
    client.post("/admin/bulk/borgerdialog_ideas/idea/borgerdialog_publish/?id=all")
    assert Idea.objects.get().visibility == Visibility.PENDING


def test_the_case_shows_the_text_as_text(town):
    idea = pending(town.here, title="<b>Hej</b>", body="<script>alert(1)</script>", language="en")
    page = town.client("moderator").get(reverse("borgerdialog_ideas:item", args=[idea.pk]))
    text = page.content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert '<h2 lang="en">&lt;b&gt;Hej&lt;/b&gt;</h2>' in text


def test_the_log_names_the_case_by_its_reference_alone(town):
    from wagtail.models import ModelLogEntry

    idea = pending(town.here, title="Naboen hedder Bent Prøve")
    client = town.client("moderator")
    act(client, idea, "publish", {})
    act(client, idea, "place", {"area": AreaFactory().pk})
    comment = comment_on(idea, body="Ring til Bent Prøve.", visibility=Visibility.PENDING)
    act(client, comment, "publish", {}, room="comments")
    labels = set(ModelLogEntry.objects.values_list("label", flat=True))
    assert labels == {idea.reference}
