"""Official answers, from the caseworker's draft to what citizens read and are told."""

import datetime
from collections.abc import Iterator

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.admin.conftest import (
    RIGHTS,
    IdeaFactory,
    Town,
    member,
    pending,
    scheme,
)
from wagtail_borgerdialog.contributions.models import (
    Contribution,
    Status,
    StatusChange,
    StatusKind,
    Visibility,
)
from wagtail_borgerdialog.followup.actions.answering import (
    AnswerWords,
    approve_answer,
    publish_answer,
    write_answer,
)
from wagtail_borgerdialog.followup.admin_forms import KronerField
from wagtail_borgerdialog.followup.models import (
    AnswerState,
    AnswerTemplate,
    Case,
    InternalNote,
    OfficialAnswer,
    Outcome,
)
from wagtail_borgerdialog.followup.selectors import newest
from wagtail_borgerdialog.mail import build
from wagtail_borgerdialog.models import OutgoingMail, ParticipationSettings
from wagtail_borgerdialog.people.eligibility import DeniedReason, NotAllowed
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.testing.factories import ParticipantFactory, default_site
from wagtail_borgerdialog.testing.proposals import CoProposerFactory, ProposalFactory

pytestmark = pytest.mark.django_db

YES = {
    "outcome": "adopted",
    "body": "Ja. Vi sætter tre bænke op i maj.",
    "signed_as": "Vej og park",
}
NO = {
    "outcome": "rejected",
    "body": "Nej. Arealet er fredet.",
    "signed_as": "Udvalget for by og miljø",
    "binding_rule": "Naturbeskyttelsesloven § 15",
}


@pytest.fixture
def two_people() -> ParticipationSettings:
    """A site on which a colleague approves what somebody answers."""
    found = ParticipationSettings.for_site(default_site())
    found.answers_need_two_people = True
    found.save()
    return found


@pytest.fixture
def told() -> Iterator[list[str]]:
    """The events that are told, in order."""
    heard: list[str] = []

    def hear(sender: type, event: str, **kwargs: object) -> None:
        heard.append(event)

    contribution_event.connect(hear)
    yield heard
    contribution_event.disconnect(hear)


def colleague(town: Town, name: str = "kollega") -> Client:
    town.staff[name] = member(name, RIGHTS["caseworker"], town.here.page)
    return town.client(name)


def room_of(item: Contribution) -> str:
    return f"borgerdialog_{item.activity.kind}"


def form_of(client: Client, item: Contribution, action: str, query: str = "") -> object:
    address = reverse(f"{room_of(item)}:action", args=[item.pk, action])
    return client.get(f"{address}{query}").context["form"]


def act(client: Client, item: Contribution, action: str, as_read: str | None = None, **data: str):
    """Open the form and send it, as a browser does."""
    if as_read is None:
        as_read = form_of(client, item, action)["as_read"].value()
    address = reverse(f"{room_of(item)}:action", args=[item.pk, action])
    return client.post(address, {"as_read": as_read, **data}, follow=True)


def publish(client: Client, item: Contribution, **words: str):
    return act(client, item, "answer", **{**words, "what_now": "publish"})


def public_page(item: Contribution) -> str:
    response = Client().get(f"{item.activity.page.get_url()}{item.reference}/")
    return response.content.decode()


def offered(client: Client, item: Contribution) -> set[str]:
    page = client.get(reverse(f"{room_of(item)}:item", args=[item.pk]))
    return {one["action"].name for one in page.context["offered"]}


def bulk(client: Client, action: str, *items: Contribution, **data: str):
    ids = "&".join(f"id={item.pk}" for item in items)
    model = f"borgerdialog_ideas/{type(items[0])._meta.model_name}"
    url = f"/admin/bulk/{model}/borgerdialog_{action}/?{ids}&next=/admin/participation/ideas/"
    form = client.get(url).context.get("form")
    read = {"as_read": form["as_read"].value()} if form and "as_read" in form.fields else {}
    return client.post(url, {**read, **data}, follow=True)


def kind_of(item: Contribution) -> str:
    return Status.objects.get(pk=Contribution.objects.get(pk=item.pk).status_id).kind


# -- from draft to public --------------------------------------------------------------------


def test_a_draft_is_seen_by_colleagues_and_by_nobody_else(town):
    idea = IdeaFactory(activity=town.here)
    client = town.client("caseworker")
    act(client, idea, "answer", **YES, what_now="keep")
    answer = OfficialAnswer.objects.get()
    assert (answer.state, answer.written_by) == (AnswerState.DRAFT, town.staff["caseworker"])
    case = client.get(reverse("borgerdialog_ideas:item", args=[idea.pk])).content.decode()
    assert "tre bænke" in case
    assert "tre bænke" not in public_page(idea)
    viewer = town.client("editor").get(reverse("borgerdialog_ideas:item", args=[idea.pk]))
    assert "tre bænke" not in viewer.content.decode()
    assert not OutgoingMail.objects.filter(template="answered").exists()


def test_publishing_shows_the_answer_moves_the_case_and_tells_the_author(town, told):
    idea = IdeaFactory(activity=town.here)
    publish(
        town.client("caseworker"),
        idea,
        **YES,
        cost_estimate="48.500",
        decided_in="https://dagsorden.example.dk/7",
    )
    page = public_page(idea)
    for words in ("tre bænke", "Vej og park", "48.500", "https://dagsorden.example.dk/7"):
        assert words in page
    assert 'id="answer"' in page
    assert 'href="#answer"' in page
    assert kind_of(idea) == StatusKind.ACCEPTED
    assert StatusChange.objects.get(to_status__kind=StatusKind.ACCEPTED).by_role == "Vej og park"
    assert Case.objects.get(contribution=idea).answer == OfficialAnswer.objects.get()
    assert OutgoingMail.objects.get(template="answered").to_email == idea.participant.email
    assert told == ["status_changed", "answered"]


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome.ADOPTED, StatusKind.ACCEPTED),
        (Outcome.PARTLY_ADOPTED, StatusKind.PARTLY_ACCEPTED),
        (Outcome.REFERRED, StatusKind.REFERRED),
        (Outcome.UNDER_REVIEW, StatusKind.IN_PROCESS),
        (Outcome.AWAITING_FUNDS, StatusKind.AWAITING_FUNDS),
        (Outcome.REJECTED, StatusKind.REJECTED),
        (Outcome.NOT_MUNICIPAL, StatusKind.REJECTED),
    ],
)
def test_each_outcome_leads_to_a_status(town, outcome, kind):
    idea = IdeaFactory(activity=town.here)
    publish(town.client("caseworker"), idea, **{**NO, "outcome": outcome})
    assert kind_of(idea) == kind


@pytest.mark.parametrize("kind", [StatusKind.IN_PROGRESS, StatusKind.DONE, StatusKind.IN_OPERATION])
def test_a_yes_does_not_take_back_what_is_under_way_or_done(town, kind):
    idea = IdeaFactory(activity=town.here, status=Status.objects.of_kind(kind))
    publish(town.client("caseworker"), idea, **YES)
    assert kind_of(idea) == kind


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.NOT_MUNICIPAL])
def test_a_no_without_its_reason_is_refused_beside_the_field(town, outcome):
    idea = IdeaFactory(activity=town.here)
    client = town.client("caseworker")
    response = publish(client, idea, **{**NO, "outcome": outcome, "binding_rule": ""})
    assert response.context["form"].errors.keys() == {"binding_rule"}
    assert not OfficialAnswer.objects.exists()
    publish(client, idea, **{**NO, "outcome": outcome, "binding_rule": ""}, is_priority_choice="on")
    assert "prioriter" in public_page(idea) or "priority" in public_page(idea)


def test_the_rule_that_binds_stands_in_the_answer_and_only_for_a_no(town):
    no, yes = IdeaFactory(activity=town.here), IdeaFactory(activity=town.here)
    client = town.client("caseworker")
    publish(client, no, **NO)
    publish(client, yes, **{**YES, "binding_rule": "Naturbeskyttelsesloven § 15"})
    assert "Naturbeskyttelsesloven § 15" in public_page(no)
    assert "Naturbeskyttelsesloven" not in public_page(yes)


def test_the_same_form_sent_twice_is_one_answer_and_one_mail(town, told):
    idea = IdeaFactory(activity=town.here)
    client = town.client("caseworker")
    read = form_of(client, idea, "answer")["as_read"].value()
    for _ in range(2):
        response = act(client, idea, "answer", read, **YES, what_now="publish")
    assert "already" in " ".join(str(one) for one in response.context["messages"])
    assert OfficialAnswer.objects.count() == 1
    assert OutgoingMail.objects.filter(template="answered").count() == 1
    assert told.count("answered") == 1


def test_a_draft_that_a_colleague_has_saved_meanwhile_is_not_overwritten(town):
    idea = IdeaFactory(activity=town.here)
    mine, theirs = town.client("caseworker"), colleague(town)
    read = form_of(mine, idea, "answer")["as_read"].value()
    act(theirs, idea, "answer", **NO, what_now="keep")
    response = act(mine, idea, "answer", read, **YES, what_now="keep")
    assert "tre bænke" in response.content.decode()  # what was typed can be copied
    assert OfficialAnswer.objects.get().body == NO["body"]


def test_several_answers_over_time_of_which_the_last_stands(town):
    idea = IdeaFactory(activity=town.here)
    client = town.client("caseworker")
    publish(client, idea, **{**YES, "outcome": "under_review", "body": "Vi undersøger det."})
    publish(client, idea, **NO)
    current = Case.objects.get(contribution=idea).answer
    assert (current.body, OfficialAnswer.objects.published().count()) == (NO["body"], 2)
    page = public_page(idea)
    box = page.split('id="answer"')[1].split("</section>")[0]
    assert NO["body"] in box
    assert "Vi undersøger det." not in box
    assert "Vi undersøger det." in page.split('id="timeline"')[1]
    assert kind_of(idea) == StatusKind.REJECTED


# -- a second person -------------------------------------------------------------------------


def test_where_two_people_are_needed_the_writer_cannot_approve_or_publish(town, two_people):
    idea = IdeaFactory(activity=town.here)
    writer = town.client("caseworker")
    assert "what_now" not in form_of(writer, idea, "answer").fields
    act(writer, idea, "answer", **YES, what_now="publish")
    assert OfficialAnswer.objects.get().state == AnswerState.DRAFT
    assert offered(writer, idea).isdisjoint({"approveanswer", "publishanswer"})
    for action in ("approveanswer", "publishanswer"):
        act(writer, idea, action, newest(idea).mark)
    assert OfficialAnswer.objects.get().state == AnswerState.DRAFT
    second = colleague(town)
    page = second.get(reverse("borgerdialog_ideas:action", args=[idea.pk, "approveanswer"]))
    assert "tre bænke" in page.content.decode()
    act(second, idea, "approveanswer")
    assert "tre bænke" not in public_page(idea)
    act(writer, idea, "publishanswer")
    assert "tre bænke" in public_page(idea)
    answer = OfficialAnswer.objects.get()
    assert (answer.written_by, answer.approved_by, answer.published_by) == (
        town.staff["caseworker"],
        town.staff["kollega"],
        town.staff["caseworker"],
    )


def test_the_action_itself_refuses_the_writer(town, two_people):
    idea, writer, at = IdeaFactory(activity=town.here), town.staff["caseworker"], timezone.now()
    write_answer(idea, AnswerWords(**YES), by=writer, at=at)
    with pytest.raises(NotAllowed) as refused:
        approve_answer(idea, by=writer, at=at, as_read=newest(idea).mark)
    assert refused.value.decision.reason == DeniedReason.SECOND_PERSON
    with pytest.raises(NotAllowed):
        publish_answer(idea, by=writer, at=at)


def test_what_is_changed_after_approval_has_to_be_approved_again(town, two_people):
    idea = IdeaFactory(activity=town.here)
    writer, second = town.client("caseworker"), colleague(town)
    act(writer, idea, "answer", **YES)
    act(second, idea, "approveanswer")
    act(writer, idea, "answer", **{**YES, "body": "Ja, men først næste år."})
    answer = OfficialAnswer.objects.get()
    assert (answer.state, answer.approved_by) == (AnswerState.DRAFT, None)


def test_nobody_approves_words_that_they_have_not_read(town, two_people):
    idea = IdeaFactory(activity=town.here)
    writer, second = town.client("caseworker"), colleague(town)
    act(writer, idea, "answer", **YES)
    read = form_of(second, idea, "approveanswer")["as_read"].value()
    act(writer, idea, "answer", **{**YES, "body": "Noget helt andet."})
    act(second, idea, "approveanswer", read)
    assert OfficialAnswer.objects.get().state == AnswerState.DRAFT


def test_where_two_people_are_needed_what_is_public_is_answered_anew_instead_of_changed(
    town, two_people
):
    idea = IdeaFactory(activity=town.here)
    writer, second = town.client("caseworker"), colleague(town)
    act(writer, idea, "answer", **YES)
    act(second, idea, "approveanswer")
    act(second, idea, "publishanswer")
    assert "changeanswer" not in offered(writer, idea)
    assert "answer" in offered(writer, idea)


# -- changing it -------------------------------------------------------------------------------


def test_a_changed_answer_counts_its_version_says_so_and_tells_again(town, told):
    idea = IdeaFactory(activity=town.here)
    client = town.client("caseworker")
    publish(client, idea, **YES)
    told.clear()
    act(client, idea, "changeanswer", **{**YES, "body": "Ja. Vi sætter fire bænke op."})
    answer = OfficialAnswer.objects.get()
    assert (answer.version, answer.edited_at is not None) == (2, True)
    page = public_page(idea)
    assert "fire bænke" in page
    assert "tre bænke" not in page
    assert "changed" in page or "ændret" in page
    assert OutgoingMail.objects.filter(template="answered").count() == 2
    assert told == ["answer_changed"]


def test_saving_what_it_says_already_changes_nothing(town, told):
    idea = IdeaFactory(activity=town.here)
    client = town.client("caseworker")
    publish(client, idea, **YES)
    told.clear()
    act(client, idea, "changeanswer", **YES)
    assert OfficialAnswer.objects.get().version == 1
    assert told == []


# -- where it can stand --------------------------------------------------------------------------


def test_what_is_hidden_shows_no_answer(town):
    idea = IdeaFactory(activity=town.here)
    publish(town.client("caseworker"), idea, **YES)
    Contribution.objects.filter(pk=idea.pk).update(visibility=Visibility.HIDDEN)
    assert "tre bænke" not in public_page(idea)
    moderator = town.client("moderator").get(f"{town.here.page.get_url()}{idea.reference}/")
    assert moderator.status_code == 200
    for trace in ("tre bænke", 'id="answer"', "#answer"):
        assert trace not in moderator.content.decode()


def test_what_waits_for_a_moderator_can_get_a_draft_but_no_public_answer(town):
    idea = pending(town.here)
    client = town.client("caseworker")
    publish(client, idea, **YES)
    assert not OfficialAnswer.objects.exists()
    act(client, idea, "answer", **YES, what_now="keep")
    assert "publishanswer" not in offered(client, idea)


@pytest.mark.parametrize("visibility", [Visibility.WITHDRAWN, Visibility.REMOVED, Visibility.DRAFT])
def test_what_is_gone_is_not_answered(town, visibility):
    idea = IdeaFactory(activity=town.here, visibility=visibility)
    assert "answer" not in offered(town.client("caseworker"), idea)


def test_staff_of_another_part_of_the_tree_cannot_answer(town):
    idea = IdeaFactory(activity=town.here)
    address = reverse("borgerdialog_ideas:action", args=[idea.pk, "answer"])
    data = {**YES, "as_read": "", "what_now": "publish"}
    assert town.client("outsider").post(address, data).status_code == 404
    town.client("moderator").post(address, data)
    assert not OfficialAnswer.objects.exists()
    with pytest.raises(NotAllowed):
        write_answer(idea, AnswerWords(**YES), by=town.staff["outsider"], at=timezone.now())


def proposal_town(town: Town, **kwargs: object):
    activity = scheme("Borgerforslag")
    town.staff["jurist"] = member("jurist", RIGHTS["caseworker"], activity.page)
    return ProposalFactory(activity=activity, **kwargs), town.client("jurist")


def test_a_proposal_is_answered_when_it_has_collected_its_support_and_not_before(town):
    proposal, client = proposal_town(town)
    response = publish(client, proposal, **YES)
    assert response.context["form"].is_bound
    assert kind_of(proposal) == StatusKind.OPEN_FOR_SUPPORT
    assert not OfficialAnswer.objects.published().exists()


def test_the_co_proposers_of_a_proposal_are_told_too(town):
    proposal, client = proposal_town(town, kind=StatusKind.THRESHOLD_REACHED)
    accepted = CoProposerFactory(proposal=proposal)
    publish(client, proposal, **YES)
    told = OutgoingMail.objects.filter(template="answered").values_list("to_email", flat=True)
    assert set(told) == {proposal.participant.email, accepted.email}
    assert kind_of(proposal) == StatusKind.ACCEPTED
    assert "tre bænke" in public_page(proposal)


# -- the mail ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_mail_says_what_the_answer_says_in_text_and_html(town, language):
    idea = IdeaFactory(activity=town.here, participant=ParticipantFactory(language=language))
    publish(town.client("caseworker"), idea, **NO, cost_estimate="250000")
    message = build(OutgoingMail.objects.get(template="answered"))
    html = message.alternatives[0][0]
    for part in (message.body, str(html)):
        for words in (idea.title, NO["body"], NO["binding_rule"], NO["signed_as"]):
            assert words in part
        assert "250.000" in part or "250,000" in part
        assert "caseworker" not in part
    assert idea.reference in message.subject


def test_a_case_without_an_author_is_answered_on_the_page_alone(town):
    idea = IdeaFactory(activity=town.here, participant=None)
    publish(town.client("caseworker"), idea, **YES)
    assert "tre bænke" in public_page(idea)
    assert mail.outbox == []


# -- templates and notes ------------------------------------------------------------------------


def template() -> AnswerTemplate:
    return AnswerTemplate.objects.create(
        name="Fredet areal", **{**NO, "body": "Vi kan ikke bygge på fredet areal."}
    )


def test_an_answer_can_begin_with_a_template_without_javascript(town):
    idea, one = IdeaFactory(activity=town.here), template()
    client = town.client("caseworker")
    address = reverse("borgerdialog_ideas:action", args=[idea.pk, "answer"])
    page = client.get(address)
    assert 'method="get"' in page.content.decode()
    assert one.name in page.content.decode()
    form = form_of(client, idea, "answer", f"?template={one.pk}")
    assert form["body"].value() == one.body
    assert form["outcome"].value() == "rejected"
    assert form["binding_rule"].value() == one.binding_rule


@pytest.mark.parametrize("given", ["", "x", "0", "9" * 30, "²"])
def test_a_template_that_there_is_not_is_none(town, given):
    idea = IdeaFactory(activity=town.here)
    form = form_of(town.client("caseworker"), idea, "answer", f"?template={given}")
    assert not form["body"].value()


def test_an_internal_note_stays_inside(town):
    idea = IdeaFactory(activity=town.here)
    client = town.client("caseworker")
    address = reverse("borgerdialog_ideas:action", args=[idea.pk, "note"])
    client.post(address, {"text": "Ring til vejafdelingen."})
    assert InternalNote.objects.get().by == town.staff["caseworker"]
    case = reverse("borgerdialog_ideas:item", args=[idea.pk])
    assert "vejafdelingen" in client.get(case).content.decode()
    assert "vejafdelingen" not in town.client("editor").get(case).content.decode()
    assert "vejafdelingen" not in public_page(idea)


# -- in bulk ------------------------------------------------------------------------------------


def test_several_cases_get_one_text_and_a_draft_is_not_overwritten(town):
    ideas = [IdeaFactory(activity=town.here) for _ in range(3)]
    client = town.client("caseworker")
    act(client, ideas[0], "answer", **NO, what_now="keep")
    bulk(client, "answer", *ideas, **YES, what_now="publish")
    assert OfficialAnswer.objects.published().filter(body=YES["body"]).count() == 2
    assert OfficialAnswer.objects.get(contribution=ideas[0]).body == NO["body"]
    assert OutgoingMail.objects.filter(template="answered").count() == 2


def test_several_answers_are_approved_by_a_colleague_and_published_together(town, two_people):
    ideas = [IdeaFactory(activity=town.here) for _ in range(3)]
    writer, second = town.client("caseworker"), colleague(town)
    bulk(writer, "answer", *ideas, **YES, what_now="publish")
    assert not OfficialAnswer.objects.published().exists()
    bulk(writer, "approve_answer", *ideas)
    assert not OfficialAnswer.objects.filter(state=AnswerState.APPROVED).exists()
    bulk(second, "approve_answer", *ideas)
    assert OfficialAnswer.objects.filter(state=AnswerState.APPROVED).count() == 3
    bulk(writer, "publish_answer", *ideas)
    assert OfficialAnswer.objects.published().count() == 3


def test_a_no_in_bulk_needs_its_reason_too(town):
    ideas = [IdeaFactory(activity=town.here) for _ in range(2)]
    words = {**NO, "binding_rule": ""}
    response = bulk(town.client("caseworker"), "answer", *ideas, **words, what_now="keep")
    assert response.context["form"].errors.keys() == {"binding_rule"}


def test_bulk_pages_ask_the_same_number_of_questions_whatever_is_chosen(town):
    client = town.client("caseworker")
    counts = []
    for number in (1, 20):
        ideas = [IdeaFactory(activity=town.here) for _ in range(number)]
        ids = "&".join(f"id={idea.pk}" for idea in ideas)
        url = f"/admin/bulk/borgerdialog_ideas/idea/borgerdialog_publish_answer/?{ids}"
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(url)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# -- money --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kroner"),
    [
        ("48500", 48500),
        ("48.500", 48500),
        ("1 250 000", 1250000),
        ("48.500,50", 48500.5),
        ("500,-", 500),
        ("500 kr.", 500),
        ("", None),
    ],
)
def test_an_amount_is_read_as_danes_write_it(typed, kroner):
    assert KronerField(required=False).clean(typed) == kroner


@pytest.mark.parametrize("typed", ["48.5", "4850.00", "mange", "-5", "1e9", "48,500.00"])
def test_an_amount_that_could_mean_two_things_is_refused(typed):
    with pytest.raises(ValidationError):
        KronerField(required=False).clean(typed)


def test_the_detail_page_asks_no_more_with_answers_than_without(town):
    plain, answered = IdeaFactory(activity=town.here), IdeaFactory(activity=town.here)
    user, at = town.staff["caseworker"], timezone.now()
    for number in range(20):
        words = AnswerWords(**{**YES, "body": f"Svar nummer {number}."})
        write_answer(answered, words, by=user, at=at)
        publish_answer(answered, by=user, at=at + datetime.timedelta(minutes=number))
    counts = []
    for item in (plain, plain, answered):
        with CaptureQueriesContext(connection) as asked:
            public_page(item)
        counts.append(len(asked))
    assert counts[1] == counts[2]
