"""The life of a proposal, through the pages and mails that citizens use."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone

from tests.citizens import address, asked, hidden, page, send, words
from tests.proposals.conftest import (
    TYPED,
    button,
    invited,
    links,
    press,
    propose,
    route,
    the_proposal,
)
from wagtail_borgerdialog.contributions.actions import support as give_support
from wagtail_borgerdialog.contributions.models import StatusChange, StatusKind, Support, Visibility
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.contributions.selectors import public_contribution
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.people.selectors import person_of
from wagtail_borgerdialog.proposals.actions import (
    CheckedCriterion,
    change_text,
    record_formal_check,
    run_clock,
)
from wagtail_borgerdialog.proposals.models import CoProposerStatus, Proposal, RuleSet
from wagtail_borgerdialog.testing.factories import ParticipantFactory, SupportFactory, UserFactory
from wagtail_borgerdialog.testing.proposals import ProposalFactory

pytestmark = pytest.mark.django_db


def check(proposal: Proposal, *, by: object, note: str = "", reject: bool = False) -> str:
    results = [
        CheckedCriterion(criterion=criterion.title, passed=not note, note=note)
        for criterion in proposal.rule_set.criteria.all()
    ]
    return record_formal_check(proposal, results=results, by=by, at=timezone.now(), reject=reject)


def sent_by_asta(client: Client, scheme: object, commits: object, **typed: str) -> Proposal:
    """A proposal whose author has confirmed the address."""
    with commits():
        propose(client, scheme, **typed)
    with commits():
        assert press(client, links("asta@example.dk", "/link/")[0], "confirm").status_code == 303
    return the_proposal()


def test_nothing_is_sent_before_the_author_confirms_the_address(client, scheme, commits):
    with commits():
        steps = propose(client, scheme)
    assert TYPED["title"] in words(steps.check)
    assert steps.sent.status_code == 303
    assert the_proposal().visibility == Visibility.DRAFT
    receipt = client.get(steps.sent.url)
    assert the_proposal().reference in words(receipt)
    assert "asta@example.dk" in words(receipt)
    assert [message.to for message in mail.outbox] == [["asta@example.dk"]]
    with commits():
        press(client, links("asta@example.dk", "/link/")[0], "confirm")
    assert the_proposal().visibility == Visibility.PENDING
    assert the_proposal().status.kind == StatusKind.IN_REVIEW


def test_somebody_with_an_account_needs_no_mail(client, scheme, commits):
    client.force_login(UserFactory(verified=True, first_name="Bo", last_name="Prøve"))
    assert {"name", "email"}.isdisjoint(asked(client.get(route(scheme, "new"))))
    propose(client, scheme)
    assert the_proposal().visibility == Visibility.PENDING
    assert the_proposal().public_name == "Bo Prøve"


@override_settings(BORGERDIALOG_MAILS_PER_ADDRESS_PER_DAY=3)
def test_nobody_can_flood_another_persons_inbox_with_invitations(client, strict, commits):
    cache.clear()
    client.force_login(UserFactory(verified=True, first_name="Bo", last_name="Prøve"))
    answers = []
    with commits():
        for number in range(5):
            others = invited(f"Bo{number}", "Karla")
            steps = propose(client, strict, title=f"Forslag {number}", **others)
            answers.append(steps.sent.status_code)
    assert answers == [303, 303, 303, 429, 429]
    assert b"Forslag 4" in steps.sent.content
    assert [message.to for message in mail.outbox].count(["karla@example.dk"]) == 3
    cache.clear()


def test_a_page_that_moderates_afterwards_publishes_no_proposal_unchecked(client, scheme, commits):
    assert scheme.moderation == "after"
    proposal = sent_by_asta(client, scheme, commits)
    assert not proposal.is_public
    assert proposal.title not in words(client.get(f"{route(scheme)}?status=all"))
    assert client.get(route(scheme, "proposal", proposal.reference)).status_code == 404


def test_the_formal_check_publishes_it_with_its_rules_fixed(client, scheme, commits, checker):
    proposal = sent_by_asta(client, scheme, commits)
    with commits():
        assert check(proposal, by=checker) == StatusKind.OPEN_FOR_SUPPORT
    scheme.rule_set.threshold = 900
    scheme.rule_set.minimum_age = 80
    scheme.rule_set.save()
    public = the_proposal()
    assert public.is_public
    assert (public.support_goal, public.period_days) == (3, 90)
    assert public.support_terms.minimum_age is None
    shown = client.get(route(scheme, "proposal", public.reference))
    assert TYPED["remarks"] in words(shown)
    assert "Asta Prøve" in words(shown)
    assert any(public.title in message.body for message in mail.outbox[-1:])


def test_the_same_form_sent_twice_is_one_proposal(client, scheme):
    steps = propose(client, scheme)
    again = client.post(route(scheme, "new"), {**hidden(steps.check), "step": "send"})
    assert again.status_code == 303
    assert Proposal.objects.count() == 1


# -- Co-proposers


def test_co_proposers_are_asked_when_the_author_has_confirmed(client, strict, commits):
    with commits():
        propose(client, strict, **invited("Bo", "Clara"))
    assert not [m for m in mail.outbox if m.to == ["bo@example.dk"]]
    with commits():
        press(client, links("asta@example.dk", "/link/")[0], "confirm")
    assert the_proposal().status.kind == StatusKind.AWAITING_COPROPOSERS
    for name in ("bo", "clara"):
        with commits():
            assert press(Client(), links(f"{name}@example.dk")[0], "accept").status_code == 303
    assert the_proposal().status.kind == StatusKind.IN_REVIEW
    row = the_proposal().coproposers.get(email="bo@example.dk")
    assert row.participant.level == "email"


def test_opening_the_invitation_answers_nothing(client, strict, commits):
    sent_by_asta(client, strict, commits, **invited("Bo", "Clara"))
    link = links("bo@example.dk")[0]
    for method in (client.get, client.head):
        assert method(link).status_code == 200
    shown = words(client.get(link))
    assert TYPED["body"] in shown
    assert "15" in shown
    # The name that the author has typed is the one to agree to.
    assert "Bo Prøve" in shown
    assert any("Bo Prøve" in message.body for message in mail.outbox)
    assert set(the_proposal().coproposers.values_list("status", flat=True)) == {"invited"}


def test_a_yes_to_words_that_have_changed_meanwhile_is_asked_for_again(client, strict, commits):
    with time_machine.travel("2026-03-01 12:00+01:00", tick=False):
        sent_by_asta(client, strict, commits, **invited("Bo", "Clara"))
    link = links("bo@example.dk")[0]
    with time_machine.travel("2026-03-02 12:00+01:00", tick=False):
        yes = button(Client(), link, "accept")
        own = links("asta@example.dk", "/edit/")[0]
        client.post(own, {**TYPED, "body": "Noget helt andet.", "step": "send"})
        answer = Client().post(link, {"choice": yes})
        assert "Noget helt andet." in words(answer)
        assert the_proposal().coproposers.get(email="bo@example.dk").status == "invited"
        assert press(Client(), link, "accept").status_code == 303
    assert the_proposal().coproposers.get(email="bo@example.dk").status == "accepted"


def test_a_no_that_leaves_too_few_sends_it_back_at_once(client, strict, commits):
    sent_by_asta(client, strict, commits, **invited("Bo", "Clara"))
    with commits():
        press(Client(), links("bo@example.dk")[0], "decline")
    assert the_proposal().status.kind == StatusKind.RETURNED
    assert OutgoingMail.objects.filter(template="proposal_returned").count() == 1
    own = client.get(links("asta@example.dk", "/edit/")[0])
    assert own.status_code == 200
    assert "Bo Prøve" in words(own)


def test_the_author_names_others_and_sends_it_again(client, strict, commits):
    sent_by_asta(client, strict, commits, **invited("Bo", "Clara"))
    with commits():
        press(Client(), links("clara@example.dk")[0], "accept")
    with commits():
        press(Client(), links("bo@example.dk")[0], "decline")
    own = links("asta@example.dk", "/edit/")[0]
    typed = {**TYPED, "step": "send", **invited("Dan")}
    too_few = client.post(own, {**typed, **invited("Bo")})
    assert too_few.status_code == 200
    assert page(too_few).find(class_="bd-errors") is not None
    with commits():
        assert client.post(own, typed).status_code == 303
    assert the_proposal().status.kind == StatusKind.AWAITING_COPROPOSERS
    with commits():
        press(Client(), links("dan@example.dk")[0], "accept")
    assert the_proposal().status.kind == StatusKind.IN_REVIEW


def test_a_late_yes_is_refused_and_the_clock_sends_it_back_once(client, strict, commits):
    with time_machine.travel("2026-03-01 12:00+01:00", tick=False):
        sent_by_asta(client, strict, commits, **invited("Bo", "Clara"))
        press(Client(), links("bo@example.dk")[0], "accept")
    proposal = the_proposal()
    # Fourteen days later, to the end of 15 March.
    last = datetime.datetime(2026, 3, 15, 22, 59, 59, 999_999, tzinfo=datetime.UTC)
    assert proposal.kind_at(last) == StatusKind.AWAITING_COPROPOSERS
    over = last + datetime.timedelta(microseconds=1)
    assert proposal.kind_at(over) == StatusKind.RETURNED
    assert run_clock(at=last) == 0
    with time_machine.travel(over, tick=False):
        link = links("clara@example.dk")[0]
        shown = client.get(link)
        assert page(shown).find("button", attrs={"name": "choice"}) is None
        assert client.post(link, {"choice": "accept"}).status_code == 200
        own = client.get(links("asta@example.dk", "/edit/")[0])
        assert page(own).find("button", attrs={"value": "send"}) is not None
    assert the_proposal().coproposers.get(name="Clara Prøve").status == CoProposerStatus.INVITED
    assert run_clock(at=over) > 0
    assert run_clock(at=over) == 0
    assert the_proposal().status.kind == StatusKind.RETURNED
    assert the_proposal().coproposers.get(name="Clara Prøve").status == CoProposerStatus.EXPIRED
    assert OutgoingMail.objects.filter(template="proposal_returned").count() == 1


def test_whoever_did_not_answer_can_be_asked_again_before_the_clock_has_run(
    client, strict, commits
):
    with time_machine.travel("2026-03-01 12:00+01:00", tick=False):
        sent_by_asta(client, strict, commits, **invited("Bo", "Clara"))
        press(Client(), links("bo@example.dk")[0], "accept")
    own = links("asta@example.dk", "/edit/")[0]
    with time_machine.travel("2026-03-16 12:00+01:00", tick=False):
        with commits():
            answer = client.post(own, {**TYPED, "step": "send", **invited("Clara")})
        assert answer.status_code == 303
        assert the_proposal().status.kind == StatusKind.AWAITING_COPROPOSERS
        press(Client(), links("clara@example.dk")[0], "accept")
    assert the_proposal().status.kind == StatusKind.IN_REVIEW


def test_what_co_proposers_agreed_to_show_stays_when_the_rules_change(
    client, strict, commits, checker
):
    RuleSet.objects.filter(pk=strict.rule_set_id).update(full_names=False)
    strict.refresh_from_db()
    sent_by_asta(client, strict, commits, **invited("Bo", "Clara"), name_display="first_area")
    for name in ("bo", "clara"):
        press(Client(), links(f"{name}@example.dk")[0], "accept")
    check(the_proposal(), by=checker)
    RuleSet.objects.filter(pk=strict.rule_set_id).update(full_names=True)
    shown = words(client.get(route(strict, "proposal", the_proposal().reference)))
    assert "Bo" in shown
    assert "Clara" in shown
    assert "Prøve" not in shown


def test_a_proposal_goes_back_as_soon_as_too_few_can_still_say_yes(client, strict, commits):
    with time_machine.travel("2026-03-01 12:00+01:00", tick=False):
        sent_by_asta(client, strict, commits, **invited("Bo", "Clara"))
    own = links("asta@example.dk", "/edit/")[0]
    with time_machine.travel("2026-03-10 12:00+01:00", tick=False), commits():
        client.post(own, {**TYPED, "step": "send", **invited("Dan")})
    # Dan has until 24 March, but two are needed and the others' time is over.
    over = datetime.datetime(2026, 3, 15, 23, tzinfo=datetime.UTC)
    waiting = the_proposal()
    assert waiting.kind_at(over - datetime.timedelta(microseconds=1)) == (
        StatusKind.AWAITING_COPROPOSERS
    )
    assert waiting.kind_at(over) == StatusKind.RETURNED
    assert run_clock(at=over) > 0
    assert the_proposal().status.kind == StatusKind.RETURNED
    assert run_clock(at=over) == 0


def test_rules_that_ask_for_fewer_co_proposers_keep_no_proposal_waiting(client, strict, commits):
    sent_by_asta(client, strict, commits, **invited("Bo", "Clara"))
    press(Client(), links("bo@example.dk")[0], "accept")
    RuleSet.objects.filter(pk=strict.rule_set_id).update(min_coproposers=1)
    assert the_proposal().kind_at(timezone.now()) == StatusKind.IN_REVIEW
    assert run_clock(at=timezone.now()) == 1
    assert the_proposal().status.kind == StatusKind.IN_REVIEW


def test_somebody_can_step_back_until_it_is_published(client, strict, commits, checker):
    sent_by_asta(client, strict, commits, **invited("Bo", "Clara", "Dan"))
    for name in ("bo", "clara", "dan"):
        press(Client(), links(f"{name}@example.dk")[0], "accept")
    press(Client(), links("bo@example.dk")[0], "decline")
    assert the_proposal().status.kind == StatusKind.IN_REVIEW
    with commits():
        check(the_proposal(), by=checker)
    press(Client(), links("clara@example.dk", "/link/coproposer/")[0], "decline")
    accepted = the_proposal().coproposers.filter(status="accepted")
    assert {row.name for row in accepted} == {"Clara Prøve", "Dan Prøve"}
    shown = words(client.get(route(strict, "proposal", the_proposal().reference)))
    assert "Clara Prøve" in shown
    assert "Bo Prøve" not in shown


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({**invited("Bo"), "coproposer_2_name": "Clara"}, "coproposer_2_email"),
        ({**invited("Bo", "Clara"), "coproposer_2_email": ""}, "coproposer_2_email"),
        ({**invited("Bo", "Clara"), "coproposer_2_name": ""}, "coproposer_2_name"),
        ({**invited("Bo", "Clara"), "coproposer_2_email": "BO+x@example.dk"}, "coproposer_2_email"),
        ({**invited("Bo", "Clara"), "coproposer_2_email": "asta@example.dk"}, "coproposer_2_email"),
        ({**invited("Bo", "Clara"), "coproposer_2_email": "ikke en adresse"}, "coproposer_2_email"),
    ],
)
def test_co_proposers_have_to_be_enough_whole_and_different_people(client, strict, typed, field):
    address = route(strict, "new")
    values = {**hidden(client.get(address)), **TYPED, **typed, "declaration": "on"}
    answer = client.post(address, {**values, "step": "send"})
    assert answer.status_code == 200
    links_to = {link["href"] for link in page(answer).select(".bd-errors a")}
    assert links_to == {f"#id_{field}"}
    assert Proposal.objects.count() == 0


def test_a_scheme_for_accounts_asks_co_proposers_for_one(client, strict, commits):
    type(strict.rule_set).objects.filter(pk=strict.rule_set_id).update(propose_level="account")
    asta = UserFactory(verified=True, email="asta@example.dk", first_name="Asta")
    client.force_login(asta)
    with commits():
        propose(client, strict, **invited("Bo", "Clara"))
    link = links("bo@example.dk")[0]
    browser = Client()
    assert press(browser, link, "accept").status_code == 409
    bo = UserFactory(verified=True, email="bo@example.dk")
    browser.force_login(bo)
    browser.get(route(strict, "new"))
    browser.post(address("support", ProposalFactory(activity=strict.activity).reference))
    assert press(browser, link, "accept").status_code == 303


# -- The check


def test_a_returned_proposal_tells_only_its_author_why(client, scheme, commits, checker):
    proposal = sent_by_asta(client, scheme, commits)
    with commits():
        assert check(proposal, by=checker, note="Nævn ikke naboen.") == StatusKind.RETURNED
    own = links("asta@example.dk", "/edit/")[0]
    assert "Nævn ikke naboen." in words(client.get(own))
    changed = {**TYPED, "body": "Træerne skal stå langs havnen.", "step": "send"}
    assert client.post(own, changed).status_code == 303
    assert the_proposal().status.kind == StatusKind.IN_REVIEW
    check(the_proposal(), by=checker)
    public = client.get(route(scheme, "proposal", the_proposal().reference))
    assert "Nævn ikke naboen." not in public.content.decode()


def test_a_proposal_outside_the_rules_ends_with_reasons_and_is_never_public(
    client, scheme, commits, checker
):
    proposal = sent_by_asta(client, scheme, commits)
    with commits():
        check(proposal, by=checker, note="Staten bestemmer det.", reject=True)
    assert the_proposal().status.kind == StatusKind.REJECTED_FORMAL
    assert "Staten bestemmer det." in mail.outbox[-1].body
    assert client.get(route(scheme, "proposal", proposal.reference)).status_code == 404
    own = links("asta@example.dk", "/edit/")[0]
    shown = client.get(own)
    assert "Staten bestemmer det." in words(shown)
    late = client.post(own, {**TYPED, "body": "Ny tekst", "step": "send"})
    assert late.status_code == 409
    assert "Ny tekst" in words(late)


# -- Support, and the frozen text


def support_by(names: list[str], client: Client, proposal: Proposal, commits: object) -> None:
    for name in names:
        browser = Client()
        with commits():
            send(browser, address("support", proposal.reference), email=f"{name}@example.dk")
        with commits():
            press(browser, links(f"{name}@example.dk", "/link/support/")[0], "support")


def test_enough_supports_reach_the_threshold_once(client, scheme, commits, checker):
    proposal = sent_by_asta(client, scheme, commits)
    check(proposal, by=checker)
    support_by(["eva", "finn"], client, proposal, commits)
    assert the_proposal().status.kind == StatusKind.OPEN_FOR_SUPPORT
    support_by(["gry"], client, proposal, commits)
    reached = the_proposal()
    assert reached.status.kind == StatusKind.THRESHOLD_REACHED
    assert reached.support_count == 3
    changes = StatusChange.objects.filter(to_status__kind=StatusKind.THRESHOLD_REACHED)
    assert changes.count() == 1
    assert OutgoingMail.objects.filter(template="proposal_threshold_reached").count() == 1
    late = Client().get(address("support", proposal.reference))
    assert page(late).find("form", class_="bd-form") is None


def test_the_first_support_freezes_the_text_even_when_it_is_taken_back(
    client, scheme, commits, checker
):
    proposal = sent_by_asta(client, scheme, commits)
    own = links("asta@example.dk", "/edit/")[0]
    check(proposal, by=checker)
    support_by(["eva"], client, proposal, commits)
    press(Client(), links("eva@example.dk", "/link/withdraw-support/")[0], "withdraw")
    assert the_proposal().support_count == 0
    shown = client.get(own)
    assert page(shown).find("textarea", attrs={"name": "body"}) is None
    answer = client.post(own, {**TYPED, "body": "Noget helt andet", "step": "send"})
    assert answer.status_code == 409
    assert "Noget helt andet" in words(answer)
    assert the_proposal().body == TYPED["body"]


def test_a_public_text_that_changes_before_any_support_is_checked_again(
    client, scheme, commits, checker
):
    proposal = sent_by_asta(client, scheme, commits)
    own = links("asta@example.dk", "/edit/")[0]
    check(proposal, by=checker)
    assert client.post(own, {**TYPED, "step": "send"}).status_code == 303
    assert the_proposal().is_public  # not a word was changed
    client.post(own, {**TYPED, "body": "Hundrede og ti træer.", "step": "send"})
    changed = the_proposal()
    assert (changed.visibility, changed.status.kind) == (Visibility.PENDING, StatusKind.IN_REVIEW)
    assert (changed.support_goal, changed.support_until) == (None, None)
    assert changed.activity.__class__.objects.get(pk=changed.activity_id).contribution_count == 0
    check(changed, by=checker)
    assert the_proposal().is_public


def test_a_change_tells_the_co_proposers_who_have_said_yes(client, strict, commits):
    sent_by_asta(client, strict, commits, **invited("Bo", "Clara"))
    press(Client(), links("bo@example.dk")[0], "accept")
    own = links("asta@example.dk", "/edit/")[0]
    with commits():
        client.post(own, {**TYPED, "body": "Hundrede og ti træer.", "step": "send"})
    told = OutgoingMail.objects.filter(template="proposal_text_changed")
    assert told.count() == 1
    assert "Hundrede og ti træer." in words(Client().get(links("bo@example.dk")[0]))


def changed_by_its_author(proposal: Proposal, body: str) -> None:
    change_text(
        proposal,
        by=proposal.participant,
        title=proposal.title,
        body=body,
        remarks="",
        area=None,
        category=None,
        at=timezone.now(),
    )


def test_a_support_that_had_to_wait_for_a_change_of_the_text_is_refused(scheme):
    proposal = ProposalFactory(activity=scheme.activity)
    person = person_of(ParticipantFactory())
    as_read = public_contribution(proposal.reference, site=proposal.site)
    changed_by_its_author(proposal, "Noget helt andet.")
    with pytest.raises(NotAllowed):
        give_support(as_read, by=person, at=timezone.now())
    changed = the_proposal()
    assert (changed.support_count, changed.frozen_at) == (0, None)
    assert Support.objects.count() == 0


def test_a_support_that_nobody_has_confirmed_ends_with_the_text_it_was_for(client, scheme):
    proposal = ProposalFactory(activity=scheme.activity)
    waiting = SupportFactory(contribution=proposal, status=SupportStatus.PENDING)
    link = link_url("support", waiting, site=proposal.site)
    changed_by_its_author(proposal, "Noget helt andet.")
    path = "/" + link.split("/", 3)[3]
    assert page(client.get(path)).find("button", attrs={"name": "choice"}) is None
    client.post(path, {"choice": "support"})
    waiting.refresh_from_db()
    assert waiting.status == SupportStatus.INVALIDATED


# -- Afterwards


def test_the_author_and_co_proposers_add_dated_remarks(client, strict, commits, checker):
    sent_by_asta(client, strict, commits, **invited("Bo", "Clara"))
    own = links("asta@example.dk", "/edit/")[0]
    for name in ("bo", "clara"):
        press(Client(), links(f"{name}@example.dk")[0], "accept")
    check(the_proposal(), by=checker)
    proposal = the_proposal()
    add = own.replace("/edit/", "/addendum/")
    assert send(client, add, body="Vi har talt med havnen.").status_code == 303
    bo = links("bo@example.dk")[0]
    key = bo.rstrip("/").rsplit("/", 1)[1]
    theirs = f"{route(strict, 'add', proposal.reference)}?key={key}"
    assert send(Client(), theirs, body="Og med skolen.").status_code == 303
    shown = words(Client().get(route(strict, "proposal", proposal.reference)))
    assert "Vi har talt med havnen." in shown
    assert "Og med skolen." in shown


def test_nobody_else_finds_the_pages_of_those_who_stand_behind_it(client, scheme, commits, checker):
    proposal = sent_by_asta(client, scheme, commits)
    check(proposal, by=checker)
    other = UserFactory(verified=True)
    client.force_login(other)
    for name in ("manage", "add"):
        address = route(scheme, name, proposal.reference)
        assert client.get(address).status_code == 404
        assert client.post(address, {"body": "x", "step": "withdraw"}).status_code == 404
        assert client.get(f"{address}?key=falsk").status_code == 404
    assert the_proposal().is_public


def test_the_author_withdraws_it_and_leaves_a_placeholder(client, scheme, commits, checker):
    proposal = sent_by_asta(client, scheme, commits)
    own = links("asta@example.dk", "/edit/")[0]
    check(proposal, by=checker)
    assert client.post(own, {"step": "withdraw"}).status_code == 303
    gone = client.get(route(scheme, "proposal", proposal.reference))
    assert gone.status_code == 410
    assert TYPED["body"] not in gone.content.decode()
    assert client.get(own).status_code == 200


def test_an_expired_proposal_is_closed_when_read_and_written_once(scheme, client):
    author = ParticipantFactory(email="asta@example.dk")
    proposal = ProposalFactory(activity=scheme.activity, participant=author, support_count=2)
    last = proposal.support_until.replace(second=59, microsecond=999_999)
    over = last + datetime.timedelta(microseconds=1)
    assert proposal.kind_at(last) == StatusKind.OPEN_FOR_SUPPORT
    assert proposal.kind_at(over) == StatusKind.EXPIRED
    with time_machine.travel(last, tick=False):
        assert proposal.title in words(client.get(route(scheme)))
    with time_machine.travel(over, tick=False):
        assert proposal.title not in words(client.get(route(scheme)))
        assert proposal.title in words(client.get(f"{route(scheme)}?status=ended"))
        closed = client.get(address("support", proposal.reference))
        assert page(closed).find("form", class_="bd-form") is None
    assert run_clock(at=last) == 0
    assert run_clock(at=over) == 1
    assert run_clock(at=over) == 0
    assert the_proposal().status.kind == StatusKind.EXPIRED
    change = StatusChange.objects.get(to_status__kind=StatusKind.EXPIRED)
    assert change.at == proposal.support_until
    assert OutgoingMail.objects.filter(template="proposal_expired").count() == 1
    assert Support.objects.count() == 0
