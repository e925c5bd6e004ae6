"""An author objects once to a decision about their text, and somebody else decides."""

import datetime
import re

import pytest
from django.core import mail as django_mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import citizens
from tests.admin.conftest import RIGHTS, Town, collection, member
from wagtail_borgerdialog import mail
from wagtail_borgerdialog.contributions.actions import (
    appeal,
    decide_appeal,
    moderate,
    moderate_comment,
    recount,
)
from wagtail_borgerdialog.contributions.models import (
    Appeal,
    AppealOutcome,
    ModerationDecision,
    Visibility,
)
from wagtail_borgerdialog.contributions.retained_reports import Appeals
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.people.eligibility import DeniedReason, NotAllowed
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.people.selectors import person_of
from wagtail_borgerdialog.testing.factories import (
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    UserFactory,
)
from wagtail_borgerdialog.testing.ideas import IdeaFactory

pytestmark = pytest.mark.django_db

AT = datetime.datetime(2026, 8, 31, 10, 0, tzinfo=datetime.UTC)
REASON = {"reason_code": "off_topic", "public_note": "It is about another town."}
WORDS = "It is about our town: the bench stands here."


@pytest.fixture
def town(db) -> Town:
    here, elsewhere = collection("Idébanken"), collection("Borgermillionen")
    rights = RIGHTS["moderator"]
    staff = {name: member(name, rights, here.page) for name in ("first", "second")}
    staff["outsider"] = member("outsider", rights, elsewhere.page)
    staff["superuser"] = member("superuser", [], is_superuser=True)
    return Town(here, elsewhere, staff)


@pytest.fixture
def asta():
    return ParticipantFactory(email="asta@example.dk", language="en")


@pytest.fixture
def idea(town, asta):
    return IdeaFactory(activity=town.here, participant=asta, title="En bænk ved havnen")


def decided(text, town: Town, action: str = "hide", *, at=None) -> ModerationDecision:
    """The decision that ``first`` takes about ``text``."""
    act = moderate_comment if text._meta.model_name == "comment" else moderate
    act(text, action, by=town.staff["first"], at=at or timezone.now(), **REASON)
    return ModerationDecision.objects.get()


def mailed_url(template: str = "not_shown") -> str:
    url = OutgoingMail.objects.get(template=template).context["appeal_url"]
    return url.partition("localhost")[2].lstrip(":0123456789") or url


def object_to(decision: ModerationDecision, *, at=None) -> Appeal:
    return appeal(
        decision,
        by=person_of(decision.text.participant),
        words=WORDS,
        language="en",
        at=at or timezone.now(),
    )


def fresh(text):
    return type(text).objects.get(pk=text.pk)


def decide(town: Town, who: str, row: Appeal, name: str, **data: str):
    url = reverse("borgerdialog_appeals:action", args=[row.pk, name])
    return town.client(who).post(url, data, follow=True)


# -- the statement of reasons


def test_the_mail_says_what_which_rule_who_decided_and_how_to_object_by_when(idea, town):
    moderate(
        idea,
        "hide",
        by=town.staff["first"],
        at=AT,
        rule_cited="House rule 2",
        **REASON,
    )
    mail.send_due(at=timezone.now() + datetime.timedelta(minutes=1))
    (message,) = django_mail.outbox
    for said in (
        "We have hidden it.",
        "Rule: House rule 2",
        "Explanation: It is about another town.",
        "A person took this decision, not a machine.",
        "You can object once, until Feb. 28, 2027.",
        "/appeal/",
    ):
        assert said in message.body
    assert "Somebody had reported it" not in message.body


# -- objecting


@pytest.mark.parametrize("action", ["hide", "remove"])
def test_the_author_opens_the_mailed_link_and_objects_once(idea, town, action):
    decided(idea, town, action)
    client, url = Client(headers={"accept-language": "en"}), mailed_url()
    before = citizens.everything()
    page = client.get(url)
    client.head(url)
    assert citizens.everything() == before
    for said in (idea.title, "Not about the subject of the page", "It is about another town."):
        assert said in citizens.words(page)
    response = citizens.send(client, url, words=WORDS)
    assert response.status_code == 303
    after = citizens.words(client.get(url))
    assert "We have received your objection" in after
    assert WORDS in after
    assert client.post(url, {"words": "Again"}).status_code == 409
    assert Appeal.objects.get().words == WORDS
    assert OutgoingMail.objects.filter(template="appeal_received").count() == 1


def test_a_form_without_words_stays_and_asks_for_them(idea, town):
    decided(idea, town)
    response = citizens.send(Client(headers={"accept-language": "en"}), mailed_url(), words="")
    assert "Write why it should be shown." in citizens.words(response)
    assert Appeal.objects.count() == 0


def test_the_author_of_a_comment_objects_in_the_same_way(idea, town, asta):
    comment = CommentFactory(contribution=idea, participant=asta, body="Det er vores by.")
    decided(comment, town, "remove")
    client, url = Client(headers={"accept-language": "en"}), mailed_url("comment_not_shown")
    assert "Det er vores by." in citizens.words(client.get(url))
    citizens.send(client, url, words=WORDS)
    decide(town, "second", Appeal.objects.get(), "reverse", answer="You are right.")
    assert fresh(comment).visibility == Visibility.VISIBLE
    assert recount(fix=False) == []


def test_a_signed_in_author_finds_the_way_on_their_own_page(town):
    user = UserFactory(verified=True)
    author = ParticipantFactory(user=user, language="en")
    idea = IdeaFactory(activity=town.here, participant=author)
    decided(idea, town)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    page = client.get(f"{town.here.page.get_url()}{idea.reference}/")
    link = citizens.page(page).find("a", href=re.compile("/appeal/"))
    assert "object once" in citizens.words(client.get(link["href"].partition("localhost")[2]))
    other = Client()
    other.force_login(UserFactory(verified=True))
    assert b"/appeal/" not in other.get(f"{town.here.page.get_url()}{idea.reference}/").content


def test_a_false_link_and_one_of_another_site_open_nothing(idea, town):
    decided(idea, town)
    url = mailed_url()
    assert Client().get(url[:-5] + "AAAA/").status_code == 410
    assert Client().get(citizens.address("appeal", "nonsense")).status_code == 410


def test_the_time_to_object_ends_with_a_day_six_months_later(idea, town):
    decision = decided(idea, town, at=AT)
    last = datetime.datetime(2027, 2, 28, 22, 59, 59, 999999, tzinfo=datetime.UTC)
    with pytest.raises(NotAllowed) as error:
        object_to(decision, at=last + datetime.timedelta(microseconds=1))
    assert error.value.decision.reason == DeniedReason.CLOSED
    assert object_to(decision, at=last)


def test_nobody_objects_to_what_does_not_hold_any_more(idea, town):
    decision = decided(idea, town)
    moderate(idea, "restore", by=town.staff["first"], at=timezone.now())
    decision = ModerationDecision.objects.get(pk=decision.pk)
    with pytest.raises(NotAllowed) as error:
        object_to(decision)
    assert error.value.decision.reason == DeniedReason.NOT_IN_FORCE


def test_only_the_author_objects(idea, town):
    decision = decided(idea, town)
    with pytest.raises(NotAllowed) as error:
        appeal(
            decision,
            by=person_of(ParticipantFactory()),
            words=WORDS,
            language="en",
            at=timezone.now(),
        )
    assert error.value.decision.reason == DeniedReason.NOT_YOURS


def test_the_database_keeps_one_objection_to_a_decision(idea, town):
    made = object_to(decided(idea, town))
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(
            decision=made.decision, contribution=idea, words="", created_at=timezone.now()
        )


# -- deciding


@pytest.mark.parametrize("who", ["first", "outsider"])
def test_whoever_decided_first_and_whoever_works_elsewhere_does_not_decide(idea, town, who):
    row = object_to(decided(idea, town))
    decide(town, who, row, "reverse", answer="No.")
    assert fresh(row).decided_at is None
    assert fresh(idea).visibility == Visibility.HIDDEN


def test_a_superuser_does_not_judge_a_decision_of_their_own(idea, town):
    boss = town.staff["superuser"]
    moderate(idea, "hide", by=boss, at=timezone.now(), **REASON)
    row = object_to(ModerationDecision.objects.get())
    with pytest.raises(NotAllowed) as error:
        decide_appeal(row, outcome=AppealOutcome.UPHELD, answer="No.", by=boss, at=timezone.now())
    assert error.value.decision.reason == DeniedReason.SAME_PERSON
    screen = town.client("superuser").get(reverse("borgerdialog_appeals:item", args=[row.pk]))
    assert "A colleague decides this." in screen.content.decode()
    assert screen.context["offered"] == []


@pytest.mark.parametrize("action", ["hide", "remove"])
def test_a_changed_decision_shows_the_text_again_and_tells_why(idea, town, action):
    row = object_to(decided(idea, town, action))
    count = fresh(idea.activity).contribution_count
    decide(town, "second", row, "reverse", answer="You are right.", internal_note="Sorry.")
    assert fresh(idea).visibility == Visibility.VISIBLE
    assert fresh(idea.activity).contribution_count == count + 1
    row = fresh(row)
    assert (row.outcome, row.decided_by) == (AppealOutcome.REVERSED, town.staff["second"])
    told = OutgoingMail.objects.get(template="appeal_decided").context
    assert (told["answer"], told["is_public"]) == ("You are right.", True)
    assert not OutgoingMail.objects.filter(template="published").exists()
    assert "Sorry." not in str(told)
    page = Client(headers={"accept-language": "en"}).get(mailed_url())
    assert "The decision is changed" in citizens.words(page)
    assert "Sorry." not in citizens.words(page)


def test_what_was_never_public_is_published_when_the_author_was_right(town, asta):
    idea = IdeaFactory(activity=town.here, participant=asta, visibility="pending")
    row = object_to(decided(idea, town, "reject"))
    decide(town, "second", row, "reverse", answer="You are right.")
    assert fresh(idea).visibility == Visibility.VISIBLE
    assert fresh(idea).published_at is not None


def test_a_decision_that_stands_is_explained_and_final(idea, town):
    row = object_to(decided(idea, town))
    response = decide(town, "second", row, "uphold")
    assert response.context["form"].errors.keys() == {"answer"}
    decide(town, "second", row, "uphold", answer="It is still about another town.")
    assert fresh(idea).visibility == Visibility.HIDDEN
    assert fresh(row).outcome == AppealOutcome.UPHELD
    with pytest.raises(NotAllowed):
        object_to(ModerationDecision.objects.get())


def test_an_objection_is_decided_once(idea, town):
    row = object_to(decided(idea, town))
    decide(town, "second", row, "uphold", answer="No.")
    assert not decide_appeal(
        row,
        outcome=AppealOutcome.REVERSED,
        answer="Yes.",
        by=town.staff["superuser"],
        at=timezone.now(),
    )
    assert fresh(idea).visibility == Visibility.HIDDEN


def test_whoever_undoes_their_own_decision_answers_the_objection(idea, town):
    row = object_to(decided(idea, town))
    moderate(idea, "restore", by=town.staff["first"], at=timezone.now())
    assert fresh(row).outcome == AppealOutcome.REVERSED


def test_what_its_author_has_withdrawn_meanwhile_stays_withdrawn(idea, town):
    row = object_to(decided(idea, town))
    type(idea).objects.filter(pk=idea.pk).update(visibility=Visibility.WITHDRAWN)
    decide(town, "second", row, "reverse", answer="You were right.")
    assert fresh(idea).visibility == Visibility.WITHDRAWN
    assert not OutgoingMail.objects.get(template="appeal_decided").context["is_public"]


# -- the queue


def test_the_queue_shows_what_waits_oldest_first_within_ones_pages(town, asta):
    at = timezone.now()
    for days in (1, 3, 2):
        one = IdeaFactory(activity=town.here, participant=asta, title=f"{days} dage")
        moderate(one, "hide", by=town.staff["first"], at=at - datetime.timedelta(4), **REASON)
        object_to(one.decisions.get(), at=at - datetime.timedelta(days))
    url = reverse("borgerdialog_appeals:list")
    shown = town.client("second").get(url).context["object_list"]
    assert [row.contribution.title for row in shown] == ["3 dage", "2 dage", "1 dage"]
    assert list(town.client("outsider").get(url).context["object_list"]) == []
    assert "Objections to decisions" in town.client("second").get("/admin/").content.decode()
    assert "Objections to decisions" not in town.client("first").get("/admin/").content.decode()


@pytest.mark.parametrize("number", [20, 200])
def test_the_queue_costs_the_same_at_any_length(town, asta, number, django_assert_max_num_queries):
    client, at = town.client("second"), timezone.now()
    for n in range(number):
        one = ContributionFactory(activity=town.here, participant=asta, visibility="hidden")
        made = ModerationDecision.objects.create(
            contribution=one, action="hide", reason_code="spam", decided_at=at
        )
        Appeal.objects.create(
            decision=made, contribution=one, participant=asta, words=f"{n}", created_at=at
        )
    with django_assert_max_num_queries(18):
        client.get(reverse("borgerdialog_appeals:list"))


def test_whoever_is_erased_leaves_the_outcome_and_no_words(idea, town, asta):
    row = object_to(decided(idea, town))
    (told,) = Appeals().export(asta)
    assert told["text"] == WORDS
    Appeals().erase(asta, at=timezone.now())
    assert (fresh(row).words, fresh(row).participant) == ("", None)
    decide(town, "second", row, "uphold", answer="No.")
    assert fresh(row).outcome == AppealOutcome.UPHELD


def test_a_link_still_opens_for_its_reader_after_the_decision_is_changed(idea, town):
    decision = decided(idea, town)
    url = link_url("appeal", decision, site=idea.site).partition("localhost")[2]
    moderate(idea, "restore", by=town.staff["first"], at=timezone.now())
    page = Client(headers={"accept-language": "en"}).get(url)
    assert page.status_code == 200
    assert "The decision does not hold any more." in citizens.words(page)
