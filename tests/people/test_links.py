"""The links in our mails: who can use them, for what, when, and that looking changes nothing."""

import datetime

import pytest
import time_machine
from django.core import signing
from django.test import override_settings
from django.utils import timezone
from wagtail.models import Site

from tests.citizens import everything, heading, words
from wagtail_borgerdialog.contributions.models import Comment, Contribution, Support, Visibility
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.people.actions import confirm_address, participant_for_email
from wagtail_borgerdialog.people.links import get_link, link_url
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.testing.factories import (
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    SupportFactory,
)

pytestmark = pytest.mark.django_db

INVALID = "This link does not work any more"
PURPOSES = ["confirm", "withdraw", "support", "withdraw-support", "comment"]
# What each purpose's page says first, before anything was done and after.
BEFORE = {
    "confirm": "Confirm what you wrote",
    "withdraw": "Do you want to withdraw this?",
    "support": "Do you support this?",
    "withdraw-support": "Do you want to take back your support?",
    "comment": "Confirm your comment",
}
AFTER = {
    "confirm": "We have received what you wrote",
    "withdraw": "You have withdrawn it",
    "support": "Your support is counted",
    "withdraw-support": "You have taken back your support",
    "comment": "We have received your comment",
}


def subject_of(purpose: str) -> Contribution | Support | Comment:
    """Something that a link of ``purpose`` can still act on."""
    asta = ParticipantFactory(language="en", level="none")
    match purpose:
        case "confirm":
            return ContributionFactory(participant=asta, visibility=Visibility.DRAFT)
        case "withdraw":
            return ContributionFactory(participant=asta)
        case "support":
            return SupportFactory(participant=asta, status=SupportStatus.PENDING)
        case "withdraw-support":
            return SupportFactory(participant=asta)
    return CommentFactory(participant=asta, visibility=Visibility.DRAFT)


def site_of(obj: Contribution | Support | Comment) -> Site:
    return obj.site if isinstance(obj, Contribution) else obj.contribution.site


def path_of(purpose: str, obj: Contribution | Support | Comment) -> str:
    url = link_url(purpose, obj, site=site_of(obj))
    root = site_of(obj).root_url
    assert url.startswith(root)
    return url.removeprefix(root)


def press(client, path) -> object:
    choice = client.get(path).context["choices"][0].value
    return client.post(path, {"choice": choice})


@pytest.fixture(params=PURPOSES)
def purpose(request) -> str:
    return request.param


def test_a_link_leads_to_one_button_that_does_what_it_says(client, purpose):
    path = path_of(purpose, subject_of(purpose))
    response = client.get(path)
    assert heading(response) == BEFORE[purpose]
    assert press(client, path).status_code == 303
    assert heading(client.get(path)) == AFTER[purpose]


def test_looking_twice_in_every_way_changes_nothing(client, purpose):
    path = path_of(purpose, subject_of(purpose))
    before = everything()
    for _ in range(2):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert client.options(path).status_code == 405
    assert everything() == before


def test_pressing_twice_changes_nothing_more(client, purpose):
    path = path_of(purpose, subject_of(purpose))
    choice = client.get(path).context["choices"][0].value
    client.post(path, {"choice": choice})
    before = everything()
    response = client.post(path, {"choice": choice})
    assert response.status_code == 303
    assert heading(client.get(path)) == AFTER[purpose]
    assert everything() == before


@pytest.mark.parametrize("purpose", ["confirm", "support", "comment"])
def test_nothing_is_sent_while_the_page_is_paused_and_the_link_waits(client, purpose):
    obj = subject_of(purpose)
    activity = getattr(obj, "contribution", obj).activity
    path = path_of(purpose, obj)
    Activity.objects.filter(pk=activity.pk).update(is_paused=True)
    response = press(client, path)
    assert response.status_code == 409
    assert "It is paused at the moment." in words(response)
    Activity.objects.filter(pk=activity.pk).update(is_paused=False)
    assert press(client, path).status_code == 303
    assert heading(client.get(path)) == AFTER[purpose]


@pytest.mark.parametrize("choice", ["", "delete", "støt"])
def test_a_button_that_is_not_there_does_nothing(client, purpose, choice):
    path = path_of(purpose, subject_of(purpose))
    before = everything()
    assert client.post(path, {"choice": choice}).status_code == 200
    assert everything() == before


def test_a_link_for_one_purpose_opens_no_other(client, purpose):
    path = path_of(purpose, subject_of(purpose))
    for other in set(PURPOSES) - {purpose}:
        elsewhere = path.replace(f"/link/{purpose}/", f"/link/{other}/")
        assert elsewhere != path
        assert client.get(elsewhere).status_code == 410


def test_a_link_of_one_site_opens_nothing_on_another(client, purpose):
    obj = subject_of(purpose)
    Site.objects.create(hostname="andet.example.dk", root_page=site_of(obj).root_page)
    headers = {"host": "andet.example.dk"}
    assert client.get(path_of(purpose, obj), headers=headers).status_code == 410


def test_a_link_that_was_changed_by_a_letter_is_none(client, purpose):
    path = path_of(purpose, subject_of(purpose))
    head, _, token = path.rstrip("/").rpartition("/")
    before = everything()
    for place in (0, len(token) // 2, len(token) - 1):
        letter = "A" if token[place] != "A" else "B"
        forged = f"{head}/{token[:place]}{letter}{token[place + 1 :]}/"
        for response in (client.get(forged), client.post(forged, {"choice": "confirm"})):
            assert response.status_code == 410
            assert heading(response) == INVALID
    assert everything() == before


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a:b:c",
        "%00",
        "%F0%9F%99%82",
        "." * 3000,
        signing.dumps([1, 1, "mark", "draft"], salt="wagtail_borgerdialog.link.other"),
        signing.dumps("not a list", salt="another"),
    ],
    # A signature holds the time, and every process must find the same names.
    ids=["word", "colons", "NUL", "emoji", "long", "another purpose", "another salt"],
)
def test_what_is_no_token_is_no_error(client, token):
    template = path_of("support", subject_of("support"))
    head = template.rstrip("/").rpartition("/")[0]
    assert client.get(f"{head}/{token}/").status_code in {400, 404, 410}


@pytest.mark.parametrize("purpose", ["unknown", "link", "admin"])
def test_a_purpose_that_nobody_registered_opens_nothing(client, purpose):
    path = path_of("support", subject_of("support")).replace("/support/", f"/{purpose}/")
    assert client.get(path).status_code == 410


@pytest.mark.parametrize("purpose", ["confirm", "support", "comment"])
@override_settings(BORGERDIALOG_CONFIRM_LINK_DAYS=14)
def test_a_link_to_confirm_lives_for_the_days_that_the_mail_says(client, purpose):
    with time_machine.travel(datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)) as clock:
        path = path_of(purpose, subject_of(purpose))
        clock.shift(datetime.timedelta(days=14, seconds=-5))
        assert client.get(path).status_code == 200
        clock.shift(datetime.timedelta(seconds=10))
        response = client.get(path)
    assert response.status_code == 410
    assert "Go back to the page where you took part" in words(response)


@pytest.mark.parametrize("purpose", ["withdraw", "withdraw-support"])
def test_a_link_to_take_back_lives_as_long_as_what_it_is_about(client, purpose):
    with time_machine.travel(datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)) as clock:
        path = path_of(purpose, subject_of(purpose))
        clock.shift(datetime.timedelta(days=730))
        assert client.get(path).status_code == 200


def test_a_link_dies_with_the_address_it_was_sent_to(client, purpose):
    obj = subject_of(purpose)
    path = path_of(purpose, obj)
    Participant.objects.filter(pk=obj.participant.pk).update(email="ny@example.dk")
    assert client.get(path).status_code == 410


def test_a_link_whose_subject_is_gone_says_so(client, purpose):
    obj = subject_of(purpose)
    path = path_of(purpose, obj)
    type(obj).objects.filter(pk=obj.pk).update(participant=None)
    assert client.get(path).status_code == 410


def test_a_link_survives_a_change_of_secrets(client, purpose):
    with override_settings(SECRET_KEY="gammel", BORGERDIALOG_PERSON_KEY_SECRET="gammel"):
        path = path_of(purpose, subject_of(purpose))
    new = {"SECRET_KEY": "ny", "BORGERDIALOG_PERSON_KEY_SECRET": "ny"}
    old = {
        "SECRET_KEY_FALLBACKS": ["gammel"],
        "BORGERDIALOG_PERSON_KEY_SECRET_FALLBACKS": ["gammel"],
    }
    with override_settings(**new, **old):
        assert client.get(path).status_code == 200
    with override_settings(**new):
        assert client.get(path).status_code == 410


def test_the_address_is_nowhere_in_the_link(purpose):
    obj = subject_of(purpose)
    token = path_of(purpose, obj).rstrip("/").rpartition("/")[2]
    link = get_link(purpose)
    payload = signing.loads(token, salt=link.salt)
    assert obj.participant.email not in str(payload)
    assert obj.participant.person_key not in str(payload)


def test_nobody_learns_the_link_from_the_page_behind_it(client, purpose):
    response = client.get(path_of(purpose, subject_of(purpose)))
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


def test_confirming_is_what_proves_the_address(client):
    contribution = subject_of("confirm")
    press(client, path_of("confirm", contribution))
    contribution.participant.refresh_from_db()
    assert contribution.participant.level == "email"
    assert confirm_address(contribution.participant).level == "email"


def test_a_withdrawn_idea_cannot_be_confirmed_again(client):
    contribution = subject_of("confirm")
    path = path_of("confirm", contribution)
    Contribution.objects.filter(pk=contribution.pk).update(visibility=Visibility.WITHDRAWN)
    client.post(path, {"choice": "confirm"})
    contribution.refresh_from_db()
    assert contribution.visibility == Visibility.WITHDRAWN
    assert heading(client.get(path)) == "You have withdrawn it"


def test_an_old_link_does_not_take_back_a_newer_support_unsaid(client):
    """Supported, took it back, supported again: the first mail's link tells the whole story."""
    old = subject_of("withdraw-support")
    path = path_of("withdraw-support", old)
    press(client, path)
    SupportFactory(contribution=old.contribution, participant=old.participant)
    response = client.get(path)
    assert "You support it again since" in words(response)
    client.post(path, {"choice": "withdraw"})
    assert Support.objects.filter(status=SupportStatus.CONFIRMED).count() == 1


@pytest.mark.parametrize("visibility", ["pending", "hidden", "removed", "withdrawn"])
@pytest.mark.parametrize("purpose", ["support", "withdraw-support", "comment"])
def test_what_others_hid_is_not_shown_behind_a_link(client, purpose, visibility):
    obj = subject_of(purpose)
    path = path_of(purpose, obj)
    Contribution.objects.filter(pk=obj.contribution.pk).update(
        visibility=visibility, title="Kanariefugl", updated_at=timezone.now()
    )
    assert "Kanariefugl" not in client.get(path).content.decode()
    assert "Kanariefugl" not in client.post(path, {"choice": "support"}).content.decode()


def test_a_link_still_works_when_its_reader_has_typed_another_spelling_since(client):
    asta = participant_for_email("asta+1@example.dk", name="", at=timezone.now(), language="en")
    path = path_of("support", SupportFactory(participant=asta, status=SupportStatus.PENDING))
    participant_for_email("asta@example.dk", name="", at=timezone.now(), language="en")
    assert press(client, path).status_code == 303
    assert heading(client.get(path)) == AFTER["support"]
