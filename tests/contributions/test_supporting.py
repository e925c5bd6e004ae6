"""Support through the pages that citizens use."""

import datetime
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.db import IntegrityError, connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction, Site

from tests.citizens import address, asked, everything, heading, hidden, send, words
from wagtail_borgerdialog.adapter import DefaultParticipationAdapter
from wagtail_borgerdialog.contributions.actions import recount
from wagtail_borgerdialog.contributions.models import Contribution, Status, StatusKind, Support
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.people.selectors import participant_of
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.terms import VerificationLevel
from wagtail_borgerdialog.testing.factories import (
    ActivityFactory,
    ContributionFactory,
    ParticipantFactory,
    SupportFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea() -> Contribution:
    return ContributionFactory(title="En bænk ved havnen")


@pytest.fixture
def karla(client: Client) -> object:
    """Somebody with an account, signed in."""
    user = UserFactory(verified=True)
    client.force_login(user)
    return user


def link_in_last_mail() -> str:
    (found,) = set(re.findall(r"https?://\S+/link/\S+", mail.outbox[-1].body))
    return "/" + found.split("/", 3)[3]


@pytest.fixture
def sent_at_once(django_capture_on_commit_callbacks) -> Iterator[object]:
    """Mails leave as they do after a real commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_what_fails_after_a_support_does_not_pass_for_a_second_one(client, karla, idea):
    def break_a_constraint(sender: type, **kwargs: object) -> None:
        raise IntegrityError("something else that is unique")

    contribution_event.connect(break_a_constraint)
    try:
        with pytest.raises(IntegrityError):
            client.post(address("support", idea.reference))
    finally:
        contribution_event.disconnect(break_a_constraint)
    assert not Support.objects.exists()


# -- Signed in


def test_one_button_is_all_that_somebody_signed_in_meets(client, karla, idea):
    response = client.get(address("support", idea.reference))
    assert response.status_code == 200
    assert asked(response) == set()
    assert "En bænk ved havnen" in words(response)


def test_support_is_counted_and_the_same_address_shows_since_when(client, karla, idea):
    url = address("support", idea.reference)
    response = send(client, url)
    assert (response.status_code, response["Location"]) == (303, url)
    row = Support.objects.get()
    assert (row.status, row.verification_level) == ("confirmed", "account")
    idea.refresh_from_db()
    assert idea.support_count == 1
    assert heading(client.get(url)) == "You support this"


def test_a_second_support_by_the_same_person_changes_nothing(client, karla, idea):
    url = address("support", idea.reference)
    send(client, url)
    before = everything()
    response = client.post(url)
    assert response.status_code == 303
    assert everything() == before


def test_beside_every_number_stands_what_it_rests_on(client, karla, idea):
    SupportFactory(contribution=idea)
    SupportFactory(contribution=idea, channel="paper")
    url = address("support", idea.reference)
    client.post(url)
    assert "3 supports: 1 with an account, 1 by confirmed e-mail, 1 on paper" in words(
        client.get(url)
    )
    pending = SupportFactory(contribution=idea, status=SupportStatus.PENDING)
    pending.participant.language = "en"
    link = link_url("support", pending, site=idea.site).removeprefix(idea.site.root_url)
    assert "3 supports: 1 with an account" in words(client.get(link))


def test_support_can_be_taken_back_and_given_again(client, karla, idea):
    url = address("support", idea.reference)
    send(client, url)
    assert client.post(url, {"action": "withdraw"}).status_code == 303
    idea.refresh_from_db()
    assert idea.support_count == 0
    assert "You took back your support" in words(client.get(url))
    send(client, url)
    idea.refresh_from_db()
    assert idea.support_count == 1
    assert sorted(Support.objects.values_list("status", flat=True)) == ["confirmed", "withdrawn"]
    assert recount(fix=False) == []


def test_taking_back_what_was_never_given_changes_nothing(client, karla, idea):
    send(client, address("support", ContributionFactory().reference))
    before = everything()
    client.post(address("support", idea.reference), {"action": "withdraw"})
    assert everything() == before


def test_a_support_that_waits_for_its_mail_is_counted_when_the_person_signs_in(client, idea):
    user = UserFactory(verified=True)
    send(client, address("support", idea.reference), email=user.email)
    assert Support.objects.get().status == "pending"
    client.force_login(user)
    send(client, address("support", idea.reference))
    row = Support.objects.get()
    assert (row.status, row.verification_level) == ("confirmed", "account")
    idea.refresh_from_db()
    assert idea.support_count == 1


def statements_on_tables(captured: CaptureQueriesContext) -> list[str]:
    """What a support is charged for: every SQL statement on a table of the database.

    Apart: those that read or write the session and the user (the price of signing in, paid on
    any page), and transaction control (BEGIN, SAVEPOINT, RELEASE, COMMIT), which reads no table.
    """
    control = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
    login = ('FROM "django_session"', 'FROM "auth_user"')
    return [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].startswith(control)
        and not any(table in query["sql"] for table in login)
    ]


@pytest.mark.parametrize("others", [0, 20])
def test_a_support_costs_at_most_six_statements(client, karla, idea, others):
    SupportFactory.create_batch(others, contribution=idea)
    url = address("support", ContributionFactory(activity=idea.activity).reference)
    send(client, url)  # from now on the participant exists
    url = address("support", idea.reference)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.post(url)
    assert response.status_code == 303
    statements = statements_on_tables(captured)
    assert any("INSERT" in sql for sql in statements)
    assert len(statements) <= 6, "\n".join(statements)
    idea.refresh_from_db()
    assert idea.support_count == others + 1


# -- By e-mail


def test_without_an_account_one_writes_an_address_and_confirms_it(client, idea, sent_at_once):
    url = address("support", idea.reference)
    response = client.get(url)
    assert asked(response) == {"name", "email"}
    with sent_at_once():
        response = send(client, url, email="asta@example.dk")
    assert response.status_code == 303
    assert "asta" not in response["Location"]
    assert heading(client.get(response["Location"])) == "Look in your inbox"
    idea.refresh_from_db()
    assert idea.support_count == 0

    link = link_in_last_mail()
    assert heading(client.get(link)) == "Do you support this?"
    with sent_at_once():
        assert client.post(link, {"choice": "support"}).status_code == 303
    assert heading(client.get(link)) == "Your support is counted"
    idea.refresh_from_db()
    assert idea.support_count == 1
    assert Support.objects.get().participant.level == VerificationLevel.EMAIL

    withdraw = link_in_last_mail()
    client.post(withdraw, {"choice": "withdraw"})
    assert heading(client.get(withdraw)) == "You have taken back your support"
    assert heading(client.get(link)) == "Your support is not counted"
    idea.refresh_from_db()
    assert idea.support_count == 0


def test_whoever_types_an_address_cannot_tell_whether_it_is_counted(client, idea, sent_at_once):
    SupportFactory(contribution=idea, participant=ParticipantFactory(email="kendt@example.dk"))
    seen = []
    for email in ("kendt@example.dk", "ukendt@example.dk"):
        with sent_at_once():
            response = send(client, address("support", idea.reference), email=email)
        seen.append((response.status_code, response["Location"], client.get(response["Location"])))
    (*known, known_page), (*unknown, unknown_page) = seen
    assert known == unknown
    assert words(known_page) == words(unknown_page)
    assert [m.to for m in mail.outbox] == [["kendt@example.dk"], ["ukendt@example.dk"]]
    idea.refresh_from_db()
    assert idea.support_count == 1


@override_settings(BORGERDIALOG_ADAPTER="tests.contributions.test_supporting.TooYoung")
def test_an_account_behind_a_typed_address_tells_nothing_about_its_owner(client):
    idea = ContributionFactory(activity=ActivityFactory(minimum_age=15))
    child = ParticipantFactory(email="barn@example.dk", user=UserFactory())
    answers = {
        send(client, address("support", idea.reference), email=email, declaration="on").status_code
        for email in (child.email, "ukendt@example.dk")
    }
    assert answers == {303}


class TooYoung(DefaultParticipationAdapter):
    def is_old_enough(self, user: object, age: int) -> bool | None:
        return False


def test_two_spellings_of_one_mailbox_are_one_person(client, idea, sent_at_once):
    for email in ("Asta@example.dk", "asta+borger@EXAMPLE.dk"):
        with sent_at_once():
            send(client, address("support", idea.reference), email=email)
    assert Support.objects.count() == 1


@pytest.mark.parametrize(
    "email", ["", "asta", "asta@", "asta@localhost.", "a b@example.dk", "a@b@c"]
)
def test_a_wrong_address_says_what_to_write(client, idea, email):
    response = send(client, address("support", idea.reference), email=email)
    assert response.status_code == 200
    text = words(response)
    assert "There is something to correct" in text
    assert "Write your e-mail address" in text or "Write an e-mail address with an @" in text
    assert response.content.decode().split("<title>")[1].startswith("Error: ")
    assert not Support.objects.exists()


def test_a_link_is_mailed_once_an_hour(client, idea, sent_at_once):
    with time_machine.travel(datetime.datetime(2026, 5, 4, 10, 5, tzinfo=datetime.UTC)) as clock:
        for minutes in (0, 1, 60):
            clock.shift(datetime.timedelta(minutes=minutes))
            with sent_at_once():
                send(client, address("support", idea.reference), email="asta@example.dk")
    assert len(mail.outbox) == 2
    assert Support.objects.count() == 1


@override_settings(BORGERDIALOG_MAILS_PER_ADDRESS_PER_DAY=3)
def test_nobody_can_flood_another_persons_inbox(client, sent_at_once):
    ideas = ContributionFactory.create_batch(5, activity=ActivityFactory())
    answers = []
    for idea in ideas:
        with sent_at_once():
            email = f"offer+{idea.pk}@example.dk"
            answers.append(send(client, address("support", idea.reference), email=email))
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429, 429]
    assert len(mail.outbox) == 3
    assert "We have sent many mails to this address today" in words(answers[-1])


@override_settings(BORGERDIALOG_FORMS_PER_ADDRESS_PER_HOUR=2)
def test_one_network_cannot_send_without_end(client, idea):
    answers = [
        send(client, address("support", idea.reference), email=f"person{n}@example.dk")
        for n in range(3)
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert 'value="person2@example.dk"' in answers[-1].content.decode()


@override_settings(BORGERDIALOG_FORMS_PER_ADDRESS_PER_HOUR=0)
def test_who_is_signed_in_is_not_held_up_by_their_neighbours(client, karla, idea):
    assert send(client, address("support", idea.reference)).status_code == 303


def test_a_machine_makes_us_mail_nobody(client, idea, sent_at_once):
    url = address("support", idea.reference)
    with sent_at_once():
        filled = send(client, url, email="offer@example.dk", homepage="http://spam.example.dk")
        bare = client.post(url, {"email": "offer@example.dk"})
    for response in (filled, bare):
        assert "Press the button once more" in words(response)
    assert not mail.outbox
    assert not Support.objects.exists()
    again = client.post(url, {**hidden(bare), "email": "offer@example.dk"})
    assert again.status_code == 303


# -- Who may, and when


def test_age_and_residence_are_declared_where_nobody_can_know(client):
    activity = ActivityFactory(minimum_age=15, residents_only=True)
    url = address("support", ContributionFactory(activity=activity).reference)
    response = client.get(url)
    assert asked(response) == {"name", "email", "declaration"}
    assert "I am at least 15 years old and live in the municipality." in words(response)
    refused = send(client, url, email="asta@example.dk")
    assert "Tick the box if it is true." in words(refused)
    assert send(client, url, email="asta@example.dk", declaration="on").status_code == 303


def test_somebody_signed_in_declares_too(client, karla):
    activity = ActivityFactory(minimum_age=15)
    url = address("support", ContributionFactory(activity=activity).reference)
    assert asked(client.get(url)) == {"declaration"}
    assert send(client, url).status_code == 200
    assert send(client, url, declaration="on").status_code == 303
    assert Support.objects.count() == 1


@override_settings(BORGERDIALOG_ADAPTER="tests.contributions.test_supporting.TooYoung")
def test_somebody_too_young_is_told_the_age_and_what_else_they_can_do(client, karla):
    activity = ActivityFactory(minimum_age=15)
    url = address("support", ContributionFactory(activity=activity).reference)
    for response, status in ((client.get(url), 200), (client.post(url), 409)):
        assert response.status_code == status
        assert "You must be 15 years old to take part here." in words(response)
        assert "You can still read along" in words(response)


TERMS = [
    ({"is_paused": True}, "It is paused at the moment."),
    ({"supports_enabled": False}, "This page does not use it."),
    ({"opens_at": timezone.now() + datetime.timedelta(days=2)}, "It opens on"),
    ({"closes_at": timezone.now() - datetime.timedelta(days=2)}, "It closed on"),
    ({"support_level": VerificationLevel.ACCOUNT}, "You need to sign in first."),
    ({"support_level": VerificationLevel.EID}, "You need to sign in first."),
]


@pytest.mark.parametrize(("terms", "sentence"), TERMS)
def test_a_denial_is_a_sentence_with_a_next_step_and_a_way_back(client, terms, sentence):
    idea = ContributionFactory(activity=ActivityFactory(**terms))
    url = address("support", idea.reference)
    before = everything()
    for response in (client.get(url), client.post(url, {"email": "asta@example.dk"})):
        assert sentence in words(response)
        assert f"/{idea.reference}/" in response.content.decode()
    assert everything() == before


def test_the_step_to_sign_in_comes_back_here(client):
    idea = ContributionFactory(activity=ActivityFactory(support_level=VerificationLevel.ACCOUNT))
    url = address("support", idea.reference)
    html = client.get(url).content.decode()
    assert f"next={url.replace('/', '%2F')}" in html


def test_an_account_is_not_enough_where_mitid_is_needed(client, karla):
    idea = ContributionFactory(activity=ActivityFactory(support_level=VerificationLevel.EID))
    response = client.post(address("support", idea.reference))
    assert response.status_code == 409
    assert "Sign in with MitID" in words(response)
    assert not Support.objects.exists()


def test_an_account_whose_address_is_not_proved_is_asked_for_it(client, idea):
    client.force_login(UserFactory())
    response = client.get(address("support", idea.reference))
    assert "email" in asked(response)


def test_a_case_that_takes_no_support_says_so(client, karla):
    idea = ContributionFactory(status=Status.objects.of_kind(StatusKind.DONE))
    response = client.post(address("support", idea.reference))
    assert response.status_code == 409
    assert "does not accept support" in words(response)


def test_a_support_confirmed_after_closing_is_not_counted(client, idea, sent_at_once):
    with sent_at_once():
        send(client, address("support", idea.reference), email="asta@example.dk")
    idea.activity.closes_at = timezone.now() - datetime.timedelta(days=1)
    idea.activity.save()
    response = client.post(link_in_last_mail(), {"choice": "support"})
    assert response.status_code == 409
    assert "It closed on" in words(response)
    idea.refresh_from_db()
    assert idea.support_count == 0


# -- The gate


@pytest.mark.parametrize("visibility", ["draft", "pending", "hidden", "removed", "withdrawn"])
@pytest.mark.parametrize(
    "name", ["support", "support_sent", "comment", "comment_sent", "comment_waiting"]
)
def test_what_is_not_public_is_not_found(client, karla, name, visibility):
    idea = ContributionFactory(visibility=visibility, title="Kanariefugl")
    for response in (client.get(address(name, idea.reference)),):
        assert response.status_code == 404
        assert "Kanariefugl" not in response.content.decode()
    assert client.post(address(name, idea.reference)).status_code in {404, 405}


@pytest.mark.parametrize("restriction", ["login", "password", "groups"])
def test_what_is_on_a_private_page_is_not_found(client, karla, idea, restriction):
    rule = PageViewRestriction.objects.create(
        page=idea.activity.page, restriction_type=restriction, password="hemmeligt"
    )
    if restriction == "groups":
        rule.groups.add(Group.objects.create(name="Beboere"))
    assert client.get(address("support", idea.reference)).status_code == 404
    assert client.post(address("support", idea.reference)).status_code == 404


def test_what_is_on_an_unpublished_page_is_not_found(client, karla, idea):
    idea.activity.page.unpublish()
    assert client.get(address("support", idea.reference)).status_code == 404


def test_what_belongs_to_another_site_is_not_found(client, karla, idea):
    other = Site.objects.create(hostname="andet.example.dk", root_page=idea.site.root_page)
    Contribution.objects.filter(pk=idea.pk).update(site=other)
    assert client.get(address("support", idea.reference)).status_code == 404
    url = address("support", idea.reference)
    assert client.get(url, headers={"host": "andet.example.dk"}).status_code == 200


@pytest.mark.parametrize("reference", ["2026-00001", "x", "2026-" + "9" * 400, "%C3%A6", "1e30"])
def test_a_reference_that_does_not_exist_is_not_found(client, reference):
    url = address("support", "REF").replace("REF", reference)
    assert client.get(url).status_code == 404
    assert client.post(url).status_code == 404


# -- Looking changes nothing


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(client, karla, idea, method):
    SupportFactory(contribution=idea)
    before = everything()
    for name in ("support", "support_sent", "comment", "comment_sent", "comment_waiting"):
        assert getattr(client, method)(address(name, idea.reference)).status_code == 200
    assert everything() == before


def test_the_pages_for_acting_are_kept_by_nobody(client, idea):
    response = client.get(address("support", idea.reference))
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


def test_a_form_without_its_token_is_refused(idea):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(address("support", idea.reference), {"email": "asta@example.dk"})
    assert response.status_code == 403
    assert not Support.objects.exists()


def test_what_was_typed_comes_back_when_the_form_is_only_opened_again(client, idea):
    response = client.post(
        address("support", idea.reference), {"step": "edit", "email": "asta@example.dk"}
    )
    assert response.status_code == 200
    assert 'value="asta@example.dk"' in response.content.decode()
    assert "There is something to correct" not in words(response)
    assert not OutgoingMail.objects.exists()


# -- One person


def test_supports_before_and_after_the_account_are_one_person(client, idea):
    """Asta supported by mail, then made an account with the same address, and supports again."""
    asta = ParticipantFactory(email="asta@example.dk")
    SupportFactory(contribution=idea, participant=asta)
    user = UserFactory(email="Asta@example.dk", verified=True)
    client.force_login(user)
    send(client, address("support", idea.reference))
    assert participant_of(user) == asta
    assert Support.objects.filter(status=SupportStatus.CONFIRMED).count() == 1
    idea.refresh_from_db()
    assert idea.support_count == 1
