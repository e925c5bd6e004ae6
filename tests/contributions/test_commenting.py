"""Comments through the pages that citizens use."""

import datetime
import re

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import override_settings

from tests.citizens import address, asked, everything, heading, hidden, send, words
from wagtail_borgerdialog.contributions.actions import moderate_comment, recount
from wagtail_borgerdialog.contributions.forms import COMMENT_MAX_LENGTH
from wagtail_borgerdialog.contributions.models import Comment, Contribution, Visibility
from wagtail_borgerdialog.terms import ModerationMode, VerificationLevel
from wagtail_borgerdialog.testing.factories import (
    ActivityFactory,
    AreaFactory,
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SAYS = {"body": "Det er en god idé.", "language": "da", "name_display": "full"}


@pytest.fixture
def idea() -> Contribution:
    return ContributionFactory(title="En bænk ved havnen")


@pytest.fixture
def open_idea() -> Contribution:
    """Where nobody has to say who they are."""
    return ContributionFactory(activity=ActivityFactory(comment_level=VerificationLevel.NONE))


@pytest.fixture
def karla(client) -> object:
    user = UserFactory(verified=True, first_name="Karla", last_name="Kvist")
    client.force_login(user)
    return user


@pytest.fixture
def colleague(client) -> object:
    """A member of staff, without a verified address, far too old to be asked for their age."""
    user = UserFactory(first_name="Bo", last_name="Bro")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    return user


def a_minute_later(client, url, **typed) -> object:
    """As a person, who needs more than three seconds to write."""
    with time_machine.travel(datetime.datetime.now(datetime.UTC), tick=False) as clock:
        started = hidden(client.get(url))
        clock.shift(60)
        return client.post(url, {**started, **typed})


def link_in_last_mail() -> str:
    (found,) = set(re.findall(r"https?://\S+/link/\S+", mail.outbox[-1].body))
    return "/" + found.split("/", 3)[3]


# -- Writing


def test_a_comment_is_public_at_once_and_the_author_comes_back_to_it(client, karla, idea):
    response = a_minute_later(client, address("comment", idea.reference), **SAYS)
    comment = Comment.objects.get()
    assert response.status_code == 303
    assert response["Location"].endswith(f"/{idea.reference}/#comment-{comment.pk}")
    assert (comment.visibility, comment.public_name) == ("visible", "Karla Kvist")
    assert comment.role_badge == ""
    idea.refresh_from_db()
    assert idea.comment_count == 1


def test_where_a_moderator_reads_first_the_author_is_told(client, karla):
    idea = ContributionFactory(activity=ActivityFactory(moderation=ModerationMode.BEFORE))
    url = address("comment", idea.reference)
    assert "A moderator reads comments" in words(client.get(url))
    response = a_minute_later(client, url, **SAYS)
    assert "A moderator reads it." in words(client.get(response["Location"]))
    assert Comment.objects.get().visibility == Visibility.PENDING
    idea.refresh_from_db()
    assert idea.comment_count == 0


@pytest.mark.parametrize(
    ("display", "shown"), [("full", "Karla Kvist"), ("first_area", "Karla"), ("anonymous", "")]
)
def test_a_name_is_shown_only_as_far_as_its_owner_chose(client, karla, idea, display, shown):
    a_minute_later(client, address("comment", idea.reference), **{**SAYS, "name_display": display})
    assert Comment.objects.get().public_name == shown


def test_the_language_that_was_written_in_is_kept(client, karla, idea):
    url = address("comment", idea.reference)
    a_minute_later(client, url, **{**SAYS, "language": "ar", "body": "فكرة جيدة"})
    assert Comment.objects.get().language == "ar"
    response = send(client, url, **{**SAYS, "language": "xx"})
    assert "Choose a language from the list." in words(response)


def test_a_reply_stands_below_what_it_replies_to(client, karla, idea):
    parent = CommentFactory(contribution=idea, body="Hvem vander blomsterne?")
    url = f"{address('comment', idea.reference)}?parent={parent.pk}"
    response = client.get(url)
    assert heading(response) == "Write a reply"
    assert "Hvem vander blomsterne?" in words(response)
    a_minute_later(client, url, **SAYS)
    assert Comment.objects.latest("pk").parent == parent


@pytest.mark.parametrize("parent", ["x", "-1", "0", "9" * 30, "1e3", "²"])
def test_a_reply_to_nothing_is_not_found(client, karla, idea, parent):
    url = address("comment", idea.reference)
    assert client.get(url, {"parent": parent}).status_code == 404
    assert client.post(url, {**SAYS, "parent": parent}).status_code == 404


@pytest.mark.parametrize("visibility", ["draft", "pending", "hidden", "removed", "withdrawn"])
def test_a_reply_to_what_is_not_public_is_not_found(client, karla, idea, visibility):
    secret = CommentFactory(contribution=idea, visibility=visibility, body="Kanariefugl")
    response = client.get(address("comment", idea.reference), {"parent": secret.pk})
    assert response.status_code == 404
    assert "Kanariefugl" not in response.content.decode()


def test_a_reply_to_a_reply_or_to_another_ideas_comment_is_not_found(client, karla, idea):
    reply = CommentFactory(contribution=idea, parent=CommentFactory(contribution=idea))
    elsewhere = CommentFactory(contribution=ContributionFactory(activity=idea.activity))
    for parent in (reply, elsewhere):
        url = f"{address('comment', idea.reference)}?parent={parent.pk}"
        assert client.get(url).status_code == 404


# -- Errors lose nothing


def test_an_error_keeps_every_word_and_stands_first(client, karla, idea):
    text = "æ" * (COMMENT_MAX_LENGTH + 1)
    response = send(client, address("comment", idea.reference), **{**SAYS, "body": text})
    assert response.status_code == 200
    assert text in response.content.decode()
    assert response.content.decode().split("<title>")[1].startswith("Error: ")
    assert f"Shorten this to {COMMENT_MAX_LENGTH} characters" in words(response).replace(",", "")
    assert not Comment.objects.exists()


def test_the_longest_comment_is_taken(client, karla, idea):
    url = address("comment", idea.reference)
    a_minute_later(client, url, **{**SAYS, "body": "æ" * COMMENT_MAX_LENGTH})
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("body", ["", "   ", "...", "\u200b\u200b"])
def test_a_comment_that_says_nothing_is_refused(client, karla, idea, body):
    response = send(client, address("comment", idea.reference), **{**SAYS, "body": body})
    assert response.status_code == 200
    assert not Comment.objects.exists()


def test_hostile_text_is_stored_clean(client, karla, idea):
    body = "god\x00 \u202eidé\u202c\r\n\r\n\r\n<script>alert(1)</script>"
    a_minute_later(client, address("comment", idea.reference), **{**SAYS, "body": body})
    assert Comment.objects.get().body == "god idé\n\n<script>alert(1)</script>"


def test_a_deadline_that_has_passed_gives_the_text_back(client, karla, idea):
    url = address("comment", idea.reference)
    idea.activity.is_paused = True
    idea.activity.save()
    response = client.post(url, {**SAYS, "body": "Det tog mig en time."})
    assert response.status_code == 409
    assert "Det tog mig en time." in response.content.decode()
    assert "It is paused at the moment." in words(response)


def test_a_session_that_has_run_out_gives_the_text_back(client, karla):
    idea = ContributionFactory(activity=ActivityFactory(comment_level=VerificationLevel.ACCOUNT))
    url = address("comment", idea.reference)
    client.logout()
    response = client.post(url, {**SAYS, "body": "Det tog mig en time."})
    assert response.status_code == 409
    assert "Det tog mig en time." in response.content.decode()
    assert "Sign in" in words(response)


def test_the_same_words_twice_are_one_comment(client, karla, idea):
    url = address("comment", idea.reference)
    first = a_minute_later(client, url, **SAYS)
    second = a_minute_later(client, url, **SAYS)
    assert second["Location"] == first["Location"]
    assert Comment.objects.count() == 1


# -- Who is asked what


def test_somebody_signed_in_is_asked_for_nothing_we_know(client, karla, idea):
    response = client.get(address("comment", idea.reference))
    assert asked(response) == {"body", "language", "name_display"}


def test_an_address_is_confirmed_before_anybody_reads_the_comment(
    client, idea, django_capture_on_commit_callbacks
):
    url = address("comment", idea.reference)
    assert asked(client.get(url)) == {"body", "language", "name", "email", "name_display"}
    with django_capture_on_commit_callbacks(execute=True):
        response = send(client, url, **SAYS, name="Asta Ås", email="asta@example.dk")
    assert heading(client.get(response["Location"])) == "Look in your inbox"
    assert Comment.objects.get().visibility == Visibility.DRAFT
    assert "Det er en god idé." not in mail.outbox[0].body

    link = link_in_last_mail()
    assert "Det er en god idé." in words(client.get(link))
    client.post(link, {"choice": "confirm"})
    comment = Comment.objects.get()
    assert (comment.visibility, comment.public_name) == (Visibility.VISIBLE, "Asta Ås")
    assert heading(client.get(link)) == "We have received your comment"
    assert recount(fix=False) == []


def test_where_nothing_is_demanded_nothing_is_needed(client, open_idea):
    url = address("comment", open_idea.reference)
    a_minute_later(client, url, **SAYS)
    comment = Comment.objects.get()
    assert (comment.visibility, comment.participant, comment.public_name) == ("visible", None, "")


def test_an_address_that_anybody_can_type_does_not_publish_its_owners_name(client, open_idea):
    ParticipantFactory(email="kendt@example.dk", name="Rigtige Navn", area=AreaFactory(name="Ådal"))
    url = address("comment", open_idea.reference)
    for name, display in (("", "full"), ("Falske", "first_area")):
        typed = {**SAYS, "body": f"Hej {display}", "name_display": display, "name": name}
        a_minute_later(client, url, **typed, email="kendt@example.dk")
    assert list(Comment.objects.values_list("public_name", flat=True)) == ["", "Falske"]


def test_a_machines_comment_waits_for_a_moderator(client, open_idea):
    url = address("comment", open_idea.reference)
    send(client, url, **SAYS, homepage="http://spam.example.dk")
    assert Comment.objects.get().visibility == Visibility.PENDING


def test_a_machine_makes_us_mail_nobody(client, idea, django_capture_on_commit_callbacks):
    url = address("comment", idea.reference)
    typed = {**SAYS, "email": "offer@example.dk"}
    with django_capture_on_commit_callbacks(execute=True):
        refused = send(client, url, **typed, homepage="http://spam.example.dk")
    assert "Press the button once more." in words(refused)
    assert (mail.outbox, Comment.objects.count()) == ([], 0)
    # Somebody whose browser filled the field in only presses again.
    again = {**hidden(refused), **typed}
    assert client.post(url, again).status_code == 303
    assert Comment.objects.count() == 1


@override_settings(BORGERDIALOG_FORMS_PER_ADDRESS_PER_HOUR=1)
def test_one_network_cannot_send_without_end(client, open_idea):
    url = address("comment", open_idea.reference)
    assert send(client, url, **SAYS).status_code == 303
    response = send(client, url, **{**SAYS, "body": "En til"})
    assert response.status_code == 429
    assert "En til" in response.content.decode()
    assert Comment.objects.count() == 1


def test_a_comment_confirmed_after_the_idea_was_hidden_is_not_sent(
    client, idea, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        send(client, address("comment", idea.reference), **SAYS, email="asta@example.dk")
    Contribution.objects.filter(pk=idea.pk).update(visibility=Visibility.HIDDEN)
    link = link_in_last_mail()
    assert idea.title not in words(client.get(link))
    response = client.post(link, {"choice": "confirm"})
    assert response.status_code == 409
    assert idea.title not in words(response)
    assert Comment.objects.get().visibility == Visibility.DRAFT


# -- The municipality


def test_a_member_of_staff_answers_with_their_role_and_is_not_moderated(client, colleague):
    activity = ActivityFactory(moderation=ModerationMode.BEFORE, minimum_age=15)
    idea = ContributionFactory(activity=activity)
    url = address("comment", idea.reference)
    assert "Your comment is marked “The municipality”." in words(client.get(url))
    response = send(client, url, **SAYS)
    comment = Comment.objects.get()
    assert response["Location"].endswith(f"#comment-{comment.pk}")
    assert (comment.role_badge, comment.author) == ("The municipality", colleague)
    assert comment.public_name == "Bo Bro"


def test_nobody_can_write_a_badge_for_themselves(client, karla, idea):
    typed = {**SAYS, "role_badge": "The municipality", "author": "1", "visibility": "visible"}
    a_minute_later(client, address("comment", idea.reference), **typed)
    comment = Comment.objects.get()
    assert (comment.role_badge, comment.author) == ("", None)


def test_the_author_is_told_why_a_comment_is_not_shown(
    client, admin_user, idea, django_capture_on_commit_callbacks
):
    asta = ParticipantFactory(language="en", email="asta@example.dk")
    comment = CommentFactory(contribution=idea, participant=asta, body="Noget grimt")
    with django_capture_on_commit_callbacks(execute=True):
        moderate_comment(
            comment,
            "hide",
            by=admin_user,
            at=comment.created_at,
            reason_code="offensive",
            rule_cited="House rule 3",
            public_note="You called somebody names.",
        )
    (message,) = mail.outbox
    assert message.to == ["asta@example.dk"]
    for said in ("Noget grimt", "Offensive language", "House rule 3", "You called somebody names."):
        assert said in message.body


def test_nobody_else_is_told_about_a_comment_whose_author_we_do_not_know(
    admin_user, idea, django_capture_on_commit_callbacks
):
    comment = CommentFactory(contribution=idea, participant=None)
    with django_capture_on_commit_callbacks(execute=True):
        moderate_comment(
            comment, "remove", by=admin_user, at=comment.created_at, reason_code="spam"
        )
    assert mail.outbox == []


# -- Looking changes nothing


def test_opening_the_form_changes_nothing(client, karla, idea):
    before = everything()
    client.get(address("comment", idea.reference))
    client.head(address("comment", idea.reference))
    assert everything() == before
