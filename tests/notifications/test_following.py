"""Following through the pages that citizens use."""

import datetime
import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from tests.citizens import address, asked, heading, send, words
from wagtail_borgerdialog.contributions.models import Contribution, Visibility
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.notifications.models import Follow, FollowStatus, Frequency, News
from wagtail_borgerdialog.notifications.retained import Follows
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.people.selectors import participant_of
from wagtail_borgerdialog.people.signals import participants_merged
from wagtail_borgerdialog.testing.factories import (
    AreaFactory,
    CategoryFactory,
    ContributionFactory,
    ParticipantFactory,
    UserFactory,
)
from wagtail_borgerdialog.testing.notifications import FollowFactory, NewsFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea() -> Contribution:
    return ContributionFactory(
        title="En bænk ved havnen", area=AreaFactory(name="Havnen"), category=CategoryFactory()
    )


@pytest.fixture
def karla(client: Client) -> object:
    """Somebody with an account, signed in."""
    user = UserFactory(verified=True)
    client.force_login(user)
    return user


@pytest.fixture
def sent_at_once(django_capture_on_commit_callbacks) -> Iterator[object]:
    """Mails leave as they do after a real commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def link_in_last_mail(purpose: str) -> str:
    (found,) = set(re.findall(rf"https?://\S+/link/{purpose}/\S+", mail.outbox[-1].body))
    return "/" + found.split("/", 3)[3]


def manage_url(person: Participant, idea: Contribution) -> str:
    return link_url("follows", person, site=idea.site).removeprefix(idea.site.root_url)


def choice(idea: Contribution, name: str = "contribution") -> dict[str, str]:
    pk = idea.pk if name == "contribution" else getattr(idea, f"{name}_id")
    return {"what": f"{name}:{pk}", "frequency": "at_once"}


# -- With an account


def test_somebody_signed_in_follows_at_once_with_one_button(client, karla, idea):
    url = address("follow", idea.reference)
    assert asked(client.get(url)) == {"what", "frequency"}
    response = send(client, url, **choice(idea))
    assert response.status_code == 303
    assert heading(client.get(response["Location"])) == "You follow this"
    row = Follow.objects.get()
    assert (row.contribution, row.status) == (idea, FollowStatus.CONFIRMED)
    assert row.participant == participant_of(karla)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("name", ["contribution", "activity", "area", "category"])
def test_one_can_follow_a_text_its_page_its_district_or_its_subject(client, karla, idea, name):
    send(client, address("follow", idea.reference), **choice(idea, name))
    row = Follow.objects.get()
    assert (row.target_name, row.target_id) == (name, int(choice(idea, name)["what"].split(":")[1]))


def test_a_page_a_district_or_a_subject_can_be_followed_from_the_list(client, karla, idea):
    url = address("follow_page", idea.activity_id)
    send(client, url, **choice(idea, "activity"))
    send(client, url, **choice(idea, "area"))
    assert {row.target_name for row in Follow.objects.all()} == {"activity", "area"}


def test_following_again_only_changes_how_often(client, karla, idea):
    url = address("follow", idea.reference)
    send(client, url, **choice(idea))
    send(client, url, **{**choice(idea), "frequency": "weekly"})
    assert Follow.objects.get().frequency == Frequency.WEEKLY


def test_somebody_whose_login_tells_no_address_is_told_what_to_do(client, idea):
    user = UserFactory()
    ParticipantFactory(user=user, email="", person_key="x" * 64, level="eid")
    client.force_login(user)
    response = client.get(address("follow", idea.reference))
    assert heading(response) == "You cannot do this right now"
    response = client.post(address("follow", idea.reference), choice(idea))
    assert response.status_code == 409
    assert not Follow.objects.exists()


def test_nobody_follows_because_they_wrote_or_supported_something(client, karla, idea):
    client.post(address("support", idea.reference))
    assert not Follow.objects.exists()


# -- By e-mail alone


def test_a_typed_address_follows_when_its_owner_has_pressed_the_button(client, idea, sent_at_once):
    url = address("follow", idea.reference)
    assert asked(client.get(url)) == {"what", "frequency", "email"}
    with sent_at_once():
        response = send(client, url, email="asta@example.dk", **choice(idea))
    assert heading(client.get(response["Location"])) == "Look in your inbox"
    assert Follow.objects.get().status == FollowStatus.PENDING
    link = link_in_last_mail("follow")
    for method in (client.get, client.head):
        assert method(link).status_code == 200
        assert Follow.objects.get().status == FollowStatus.PENDING
    client.post(link, {"choice": "follow"})
    assert heading(client.get(link)) == "You follow this"
    assert Follow.objects.get().status == FollowStatus.CONFIRMED
    assert "List-Unsubscribe" not in mail.outbox[-1].extra_headers


def test_the_answer_never_tells_whether_an_address_follows_already(client, idea, sent_at_once):
    asta = ParticipantFactory(email="asta@example.dk", language="en")
    FollowFactory(participant=asta, contribution=idea)
    url = address("follow", idea.reference)
    with sent_at_once():
        known = send(client, url, email="asta@example.dk", **{**choice(idea), "frequency": "daily"})
    with sent_at_once():
        new = send(client, url, email="bo@example.dk", **choice(idea))
    assert known["Location"] == new["Location"]
    assert mail.outbox[0].subject == "You follow this already"
    assert Follow.objects.get(participant=asta).frequency == Frequency.AT_ONCE
    assert manage_url(asta, idea).split("/link/")[1][:8] in mail.outbox[0].body


def test_an_address_gets_no_more_mails_in_a_day_than_the_settings_allow(client, idea, settings):
    settings.BORGERDIALOG_MAILS_PER_ADDRESS_PER_DAY = 1
    url = address("follow", idea.reference)
    assert send(client, url, email="asta@example.dk", **choice(idea)).status_code == 303
    assert send(client, url, email="asta@example.dk", **choice(idea)).status_code == 429


def test_what_has_been_hidden_meanwhile_cannot_be_confirmed(client, idea, sent_at_once):
    with sent_at_once():
        send(client, address("follow", idea.reference), email="a@example.dk", **choice(idea))
    Contribution.objects.update(visibility=Visibility.HIDDEN)
    response = client.post(link_in_last_mail("follow"), {"choice": "follow"})
    assert response.status_code == 409
    assert "En bænk" not in words(response)
    assert Follow.objects.get().status == FollowStatus.PENDING


@pytest.mark.parametrize("name", ["follow", "follow_sent", "follow_page", "follow_page_sent"])
def test_what_is_not_public_cannot_be_found(client, karla, idea, name):
    key = idea.activity_id if "page" in name else idea.reference
    assert client.get(address(name, key)).status_code == 200
    PageViewRestriction.objects.create(page=idea.activity.page, restriction_type="login")
    assert client.get(address(name, key)).status_code == 404


def test_a_page_to_follow_from_costs_the_same_with_many_districts(client, karla, idea):
    url = address("follow_page", idea.activity_id)
    client.get(url)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    few = queries()
    AreaFactory.create_batch(20)
    CategoryFactory.create_batch(20)
    assert queries() == few


# -- What one follows


def test_the_page_of_what_one_follows_changes_and_ends_each(client, idea):
    asta = ParticipantFactory(language="en")
    row = FollowFactory(participant=asta, contribution=idea)
    other = FollowFactory(participant=asta, activity=idea.activity)
    url = manage_url(asta, idea)
    assert "En bænk ved havnen" in words(client.get(url))
    client.post(url, {"choice": f"weekly:{row.pk}"})
    client.post(url, {"choice": f"end:{other.pk}"})
    row.refresh_from_db()
    assert row.frequency == Frequency.WEEKLY
    assert list(Follow.objects.going_on()) == [row]
    client.post(url, {"choice": "end:all"})
    assert not Follow.objects.going_on().exists()
    assert "You follow nothing here" in words(client.get(url))


def test_nobody_can_end_what_somebody_else_follows(client, idea):
    row = FollowFactory(contribution=idea)
    client.post(manage_url(ParticipantFactory(), idea), {"choice": f"end:{row.pk}"})
    row.refresh_from_db()
    assert row.status == FollowStatus.CONFIRMED


def test_what_is_not_public_any_more_goes_by_its_reference(client, idea):
    asta = ParticipantFactory(language="en")
    FollowFactory(participant=asta, contribution=idea)
    Contribution.objects.update(visibility=Visibility.HIDDEN)
    said = words(client.get(manage_url(asta, idea)))
    assert idea.reference in said
    assert "En bænk" not in said


@pytest.mark.parametrize("number", [1, 20])
def test_the_page_of_what_one_follows_costs_the_same_for_many(client, idea, number):
    asta = ParticipantFactory(language="en")
    FollowFactory(participant=asta, area=idea.area)
    FollowFactory(participant=asta, category=idea.category)
    for _ in range(number):
        other = ContributionFactory()
        FollowFactory(participant=asta, contribution=other)
        FollowFactory(participant=asta, activity=other.activity)
    url = manage_url(asta, idea)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    assert len(captured) <= 14, len(captured)


# -- One person


def test_two_that_turn_out_to_be_one_person_follow_a_thing_once(idea):
    kept, absorbed = ParticipantFactory(), ParticipantFactory()
    FollowFactory(participant=kept, contribution=idea, status=FollowStatus.PENDING)
    told = FollowFactory(participant=absorbed, contribution=idea)
    FollowFactory(participant=absorbed, activity=idea.activity)
    participants_merged.send(Participant, kept=kept, absorbed=absorbed)
    rows = Follow.objects.filter(participant=kept)
    assert {row.target_name for row in rows} == {"contribution", "activity"}
    assert told in rows
    assert Follow.objects.count() == 2


def test_a_person_gets_out_and_takes_away_what_they_follow(idea):
    asta = ParticipantFactory()
    FollowFactory(participant=asta, contribution=idea)
    (line,) = Follows().export(asta)
    assert line["title"] == "En bænk ved havnen"
    assert Follows().erase(asta, at=timezone.now()) == 1
    assert not Follow.objects.exists()


def test_what_was_never_confirmed_or_has_ended_is_not_kept(idea):
    at = timezone.now()
    kept = FollowFactory(contribution=idea)
    FollowFactory(contribution=idea, status=FollowStatus.PENDING)
    FollowFactory(contribution=idea, status=FollowStatus.ENDED, days_old=31)
    NewsFactory(contribution=idea, at=at - datetime.timedelta(days=91))
    assert Follows().purge(at=at) == 3
    assert list(Follow.objects.all()) == [kept]
    assert not News.objects.exists()
