"""Somebody's own page: who gets in, what it shows, and what can be done there."""

import datetime
import json
import re

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.citizens import address, asked, everything, heading, page, send, words
from wagtail_borgerdialog.contributions.models import Comment, Contribution, Visibility
from wagtail_borgerdialog.mail import send_due
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.testing.factories import (
    AttachmentFactory,
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    SupportFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def asta() -> Participant:
    """Somebody without an account who has sent, supported and said something."""
    person = ParticipantFactory(name="Asta Prøve", email="asta@example.dk", language="en")
    ContributionFactory(participant=person, public_name="Asta Prøve", title="A bench")
    SupportFactory(participant=person, contribution__title="A tree")
    CommentFactory(participant=person, body="Well said.")
    return person


def key_of(person: Participant, client: Client) -> str:
    """The address in the mail that somebody gets who asks for their page."""
    response = send(client, address("your_page"), email=person.email)
    assert response.status_code == 303
    send_due(at=timezone.now())
    (link,) = re.findall(r"https?://[^/\s]+(/\S+key=\S+)", mail.outbox[-1].body)
    return link


def test_the_form_asks_for_an_address_alone(client):
    response = client.get(address("your_page"))
    assert heading(response) == "Your page"
    assert asked(response) == {"email"}
    assert not response.cookies or "sessionid" not in response.cookies


def test_the_mailed_link_opens_the_page(client, asta):
    response = client.get(key_of(asta, client))
    said = words(response)
    assert response.status_code == 200
    for title in ("A bench", "A tree", "Well said."):
        assert title in said
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


def test_whoever_types_an_address_does_not_learn_whether_it_is_known(client, asta):
    known = send(client, address("your_page"), email=asta.email)
    unknown = send(client, address("your_page"), email="ukendt@example.dk")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert client.get(known.url).status_code == 200
    assert OutgoingMail.objects.count() == 2
    send_due(at=timezone.now())
    bodies = {message.to[0]: message.body for message in mail.outbox}
    assert "key=" in bodies[asta.email]
    assert "key=" not in bodies["ukendt@example.dk"]


def test_whoever_has_an_account_signs_in_instead(client):
    user = UserFactory(verified=True)
    ParticipantFactory(user=user, email=user.email, language="en")
    send(client, address("your_page"), email=user.email)
    send_due(at=timezone.now())
    assert "key=" not in mail.outbox[-1].body
    assert "/login/" in mail.outbox[-1].body


def test_signed_in_no_key_is_needed(client):
    user = UserFactory(verified=True)
    person = ParticipantFactory(user=user, email=user.email)
    ContributionFactory(participant=person, title="My bench")
    client.force_login(user)
    assert "My bench" in words(client.get(address("your_page")))


def test_what_somebody_did_before_they_had_an_account_is_theirs(client):
    person = ParticipantFactory(email="foer@example.dk")
    ContributionFactory(participant=person, title="Before")
    client.force_login(UserFactory(email="foer@example.dk", verified=True))
    assert "Before" in words(client.get(address("your_page")))


def test_an_address_that_nobody_has_proved_opens_nothing(client, asta):
    client.force_login(UserFactory(email=asta.email))
    assert "A bench" not in words(client.get(address("your_page")))


def test_a_link_works_for_a_day(client, asta):
    link = key_of(asta, client)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        assert client.get(link).status_code == 410
    assert client.get(link + "x").status_code == 410


def test_looking_changes_nothing(client, asta):
    link = key_of(asta, client)
    query = link.partition("?")[2]
    paths = [link, *(f"{address(f'your_page_{name}')}?{query}" for name in ("download", "delete"))]
    before = everything()
    for path in paths:
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert everything() == before


def test_everything_that_is_listed_can_be_taken_back_from_there(client, asta):
    link = key_of(asta, client)
    undo = [a["href"] for a in page(client.get(link)).find_all("a") if "Take it back" in a.text]
    assert len(undo) == 3
    for url in undo:
        path = re.sub(r"^https?://[^/]+", "", url)
        choice = client.get(path).context["choices"][0].value
        assert client.post(path, {"choice": choice}).status_code == 303
    assert Contribution.objects.get(participant=asta).visibility == Visibility.WITHDRAWN
    assert Comment.objects.get(participant=asta).visibility == Visibility.WITHDRAWN
    assert "Take it back" not in words(client.get(link))


def test_the_file_holds_what_the_page_leaves_out(client, asta):
    own = Contribution.objects.get(participant=asta)
    AttachmentFactory(contribution=own, name="bench.jpg")
    query = key_of(asta, client).partition("?")[2]
    response = client.get(f"{address('your_page_download')}?{query}")
    assert "attachment" in response["Content-Disposition"]
    held = json.loads(response.content)
    assert held["person"][0]["email"] == asta.email
    assert held["contributions"][0]["text"] == own.body
    assert held["contributions"][0]["files"][0]["name"] == "bench.jpg"
    assert "key" not in response.content.decode().replace("person_key", "")


def test_a_long_list_shows_its_newest_rows_and_costs_no_more(
    client, asta, django_assert_max_num_queries
):
    link = key_of(asta, client)
    with django_assert_max_num_queries(60) as few:
        client.get(link)
    own = Contribution.objects.get(participant=asta)
    liked = Contribution.objects.get(title="A tree")
    for _ in range(30):
        CommentFactory(participant=asta, contribution=liked)
        ContributionFactory(participant=asta, activity=own.activity)
        SupportFactory(participant=asta, contribution=ContributionFactory(activity=liked.activity))
    with django_assert_max_num_queries(len(few)):
        response = client.get(link)
    assert "These are the newest 20 of 31." in words(response)


def test_deleting_asks_once_more_and_then_forgets(client, asta):
    query = key_of(asta, client).partition("?")[2]
    path = f"{address('your_page_delete')}?{query}"
    response = client.get(path)
    assert asked(response) == {"take_down"}
    response = client.post(path, {"sure": "yes"})
    assert response.status_code == 303
    assert heading(client.get(response.url)) == "Your personal data is deleted"
    asta.refresh_from_db()
    assert (asta.name, asta.email) == ("", "")
    own = Contribution.objects.get(participant=asta)
    assert (own.public_name, own.visibility) == ("", Visibility.VISIBLE)
    assert client.get(path).status_code == 410


def test_texts_can_go_with_it(client, asta):
    query = key_of(asta, client).partition("?")[2]
    client.post(f"{address('your_page_delete')}?{query}", {"sure": "yes", "take_down": "on"})
    assert Contribution.objects.get(participant=asta).visibility == Visibility.WITHDRAWN


def test_the_account_can_go_with_it(client):
    user = UserFactory(verified=True)
    ParticipantFactory(user=user, email=user.email)
    client.force_login(user)
    path = address("your_page_delete")
    assert asked(client.get(path)) == {"take_down", "with_account"}
    client.post(path, {"sure": "yes", "with_account": "on"})
    assert not type(user).objects.filter(pk=user.pk).exists()
    assert asked(client.get(address("your_page"))) == {"email"}


def test_a_form_says_when_the_name_is_deleted(client):
    contribution = ContributionFactory(delete_after=datetime.date(2031, 3, 14))
    said = words(client.get(address("support", contribution.reference)))
    assert "We delete your name and address after Friday 14 March 2031." in said
    link = page(client.get(address("support", contribution.reference))).find(
        "a", string="your page"
    )
    assert link["href"] == reverse("borgerdialog:your_page")
