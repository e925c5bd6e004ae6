"""What people give away by mistake: CPR numbers, phone numbers and e-mail addresses."""

import datetime
import sys

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from stdnum.dk import cpr

from tests.citizens import address, asked, hidden, page, words
from wagtail_borgerdialog.contributions.actions import moderate, send_to_moderation
from wagtail_borgerdialog.contributions.models import Comment, Contribution, Visibility
from wagtail_borgerdialog.ideas.models import HelpOffer, Idea
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.personal_data import contact_data, holds_cpr, needs_a_person
from wagtail_borgerdialog.testing.factories import (
    ContributionFactory,
    UserFactory,
)
from wagtail_borgerdialog.testing.ideas import IdeaFactory, make_idea_page

NUMBER = "070761-4285"  # the CPR office's own example
CPR_NUMBERS = [
    "070761-4285",
    "0707614285",
    "070761 4285",
    "07 07 61 4285",
    "07.07.61-4285",
    "07-07-1961-4285",
    "07/07/61 - 4285",
    "０７０７６１－４２８５",
    "070761–4285",
    "070761\u00a04285",
    "070761\u200b-4285",
    "٠٧٠٧٦١-٤٢٨٥",
    "Mit nummer er 070761-4285.",
    "CPR:070761-4285, tak",
    "2026 070761-4285",
    "670761-4208",  # an administrative number: 60 days more
    "010165-1234",  # born on 1 January: numbers without a check digit exist
    "0101901238",
]
NO_CPR_NUMBERS = [
    "",
    "2026-00042",
    "070761-4286",
    "320761-4285",
    "071361-4285",
    "1112223334",
    "020165-1234",
    "01.01.1970 2900 Hellerup",
    "0707614285 kr.",
    "kr. 0707614285",
    "0707614285,50",
    "55,0707614285",
    "P-nr. 0707614285",
    "07076142850",
    "CVR 29189838",
    "EAN 5798000123456",
    "den 07.07.2026 kl. 14.30-16.00",
    "70 70 61 42 85",
    "DK50 0040 0440 1162 43",
]
PHONES = [
    ("22334455", "22334455"),
    ("22 33 44 55", "22 33 44 55"),
    ("2233 4455", "2233 4455"),
    ("223 34 455", "223 34 455"),
    ("22-33-44-55", "22-33-44-55"),
    ("22.33.44.55", "22.33.44.55"),
    ("Ring på +45 22334455.", "+45 22334455"),
    ("+4522 33 44 55", "+4522 33 44 55"),
    ("(+45) 22 33 44 55", "(+45) 22 33 44 55"),
    ("0045 22334455", "0045 22334455"),
    ("+46 70 123 45 67", "+46 70 123 45 67"),
    ("tlf. 223 344 55", "223 344 55"),
    ("Telefon: 20 26 20 27", "20 26 20 27"),
    ("Jeg bor i 8000 22 33 44 55", "22 33 44 55"),
    ("22 33 44 55 8000 Aarhus", "22 33 44 55"),
    ("２２３３４４５５", "22334455"),
    ("22\u00a033\u00a044\u00a055", "22 33 44 55"),
    ("sms 20261124", "20261124"),
]
NO_PHONES = [
    "2026-00042",
    "sag 2026-00042-1234",
    "2025-2026",
    "2025 2026",
    "20252026",
    "20261124",
    "24112026",
    "den 24.11.2026",
    "24-11-2026 kl. 19-21",
    "kr. 22334455",
    "22334455 kr.",
    "22.334.455 kr.",
    "25000000",
    "25 000 000",
    "22334455 m2",
    "22334455 borgere",
    "CVR 29189838",
    "CVR-nr.: 29189838",
    "sagsnr. 24123456",
    "Sag 26/012345",
    "j.nr. 24123456",
    "Havnevej 12, 5700 Svendborg",
    "Skolegade 22, 33, 44 og 55",
    "5700-5800",
    "5700 Svendborg 2026",
    "i 2030 4000 boliger",
    "55.12345678, 10.12345678",
    "4571 1234 5678 9012",
    "DK50 0040 0440 1162 43",
    "EAN 5798000123456",
    "https://example.dk/sag/22334455",
    "23 24 25 26 27 28",
    "ring 112",
    "kl. 10-12 og 14-16",
    "12345678",
]
EMAILS = ["karla@example.dk", "Karla.Kvist+x@sub.example.dk", "k@vestersø.dk", "k＠example.dk"]
EMAILS += ["karla (at) example.dk", "karla[snabel-a]example.dk"]
NO_EMAILS = ["@kommunen", "https://social.example/@karla", "a@b", "3 @ 20 kr. stk.", "x@y.1"]


@pytest.mark.parametrize("text", CPR_NUMBERS)
def test_a_cpr_number_is_found_however_it_is_written(text):
    assert holds_cpr(text)


@pytest.mark.parametrize("text", NO_CPR_NUMBERS)
def test_no_other_number_is_taken_for_a_cpr_number(text):
    assert not holds_cpr(text)


@pytest.mark.parametrize(("text", "number"), PHONES)
def test_a_phone_number_is_found_in_the_usual_groups(text, number):
    assert [(one.kind, one.text) for one in contact_data(text)] == [("phone", number)]


@pytest.mark.parametrize("text", NO_PHONES)
def test_years_prices_places_and_case_numbers_are_no_phone_numbers(text):
    assert contact_data(text) == []


@pytest.mark.parametrize("text", EMAILS)
def test_an_email_address_is_found(text):
    assert [one.kind for one in contact_data(f"Skriv til {text}, så svarer jeg.")] == ["email"]


@pytest.mark.parametrize("text", NO_EMAILS)
def test_not_every_at_sign_is_an_address(text):
    assert contact_data(text) == []


@given(
    born=st.dates(datetime.date(1937, 1, 1), datetime.date(1999, 12, 31)),
    serial=st.integers(0, 3999),
    between=st.sampled_from(["", "-", " ", " - ", "–"]),
)
def test_every_number_with_its_check_digit_is_found(born, serial, between):
    number = f"{born:%d%m%y}{serial:04}"
    found = holds_cpr(f"nr. {number[:6]}{between}{number[6:]}")
    if cpr.checksum(number) == 0:
        assert found
    elif (born.day, born.month) != (1, 1):
        assert not found


@given(st.text())
def test_any_text_can_be_read(text):
    assert needs_a_person(text) == (holds_cpr(text) or bool(contact_data(text)))


@given(st.integers(20_000_000, 99_999_999), st.sampled_from(["tlf. ", "Ring på ", "+45"]))
def test_whatever_is_called_a_phone_number_is_one(number, before):
    assert [one.kind for one in contact_data(f"{before}{number}!")] == ["phone"]


@pytest.mark.parametrize(
    "piece", ["1", "22 ", "22334455 ", "a@", "a.", "+1", "(", "01-", "http://"]
)
def test_twice_as_much_hostile_text_takes_about_twice_as_many_steps(piece):
    """Counted in calls, which do not hang on the machine: nothing is read again for each hit."""
    assert calls(piece * 4000) < 3 * calls(piece * 2000) + 1000


def calls(text: str) -> int:
    count = 0

    def tick(frame, event, arg):
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(tick)
    try:
        needs_a_person(text)
    finally:
        sys.setprofile(before)
    return count


# -- In the forms


@pytest.fixture
def karla(client) -> object:
    user = UserFactory(verified=True, first_name="Karla", last_name="Kvist")
    client.force_login(user)
    return user


SAYS = {"body": "Det er en god idé.", "language": "da", "name_display": "full"}


def rounds(client, url, *typed) -> list:
    """Each dict of ``typed`` sent in turn, on the form that came back from the one before."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        response = client.get(url)
        answers = []
        for fields in typed:
            clock.shift(60)
            response = client.post(url, {**hidden(response), **fields})
            answers.append(response)
            if response.status_code != 200:
                break
    return answers


@pytest.mark.django_db
def test_a_cpr_number_is_refused_beside_the_field_and_never_stored(client, karla, caplog):
    idea = ContributionFactory()
    url = address("comment", idea.reference)
    (answer,) = rounds(client, url, {**SAYS, "body": f"Mit nummer er {NUMBER}"})
    error = page(answer).find(id="id_body_error")
    assert "CPR number" in error.get_text()
    assert NUMBER in page(answer).find("textarea", id="id_body").get_text()
    assert not Comment.objects.exists()
    assert "4285" not in caplog.text


@pytest.mark.django_db
def test_a_phone_number_is_warned_of_first_and_then_waits_for_a_moderator(client, karla):
    idea = ContributionFactory()
    url = address("comment", idea.reference)
    body = "Ring til mig på 22 33 44 55."
    assert "send_anyway" not in asked(client.get(url))
    warned, sent = rounds(
        client, url, {**SAYS, "body": body}, {**SAYS, "body": body, "send_anyway": "on"}
    )
    assert "Everybody can read this: 22 33 44 55." in words(warned)
    assert page(warned).find("textarea", id="id_body").get_text().strip() == body
    assert sent.status_code == 303
    comment = Comment.objects.get()
    assert (comment.body, comment.visibility) == (body, Visibility.PENDING)


@pytest.mark.django_db
def test_whoever_takes_the_number_out_is_public_at_once(client, karla):
    idea = ContributionFactory()
    url = address("comment", idea.reference)
    warned, sent = rounds(client, url, {**SAYS, "body": "Ring 22 33 44 55"}, SAYS)
    assert "send_anyway" in asked(warned)
    assert sent.status_code == 303
    assert Comment.objects.get().visibility == Visibility.VISIBLE


@pytest.mark.django_db
def test_an_idea_with_an_address_goes_through_the_check_and_waits(client):
    collection = make_idea_page(IdeaPage)
    url = f"{collection.get_url()}{collection.reverse_subpage('new')}"
    typed = {
        "title": "Bænke ved hallen",
        "body": "Skriv til karla@example.dk",
        "name": "Karla",
        "email": "karla.kvist@example.dk",
        "name_display": "first_area",
        "language": "da",
        "step": "check",
    }
    warned, check = rounds(client, url, typed, {**typed, "send_anyway": "on"})
    assert "karla@example.dk" in page(warned).find(id="id_send_anyway_error").get_text()
    assert Idea.objects.count() == 0
    kept = {**hidden(check), "accepted": "on", "step": "send"}
    assert client.post(url, kept).status_code == 303
    idea = Idea.objects.get()
    assert idea.visibility in {Visibility.PENDING, Visibility.DRAFT}
    send_to_moderation(idea, at=timezone.now())
    assert idea.visibility == Visibility.PENDING


@pytest.mark.django_db
def test_a_number_in_an_offer_of_help_waits_too(client, karla):
    collection = make_idea_page(IdeaPage)
    idea = IdeaFactory(activity=collection.activity)
    url = f"{collection.get_url()}{collection.reverse_subpage('help', args=[idea.reference])}"
    typed = {"text": "Jeg har en trailer, tlf. 22334455", "name_display": "full"}
    warned, sent = rounds(client, url, typed, {**typed, "send_anyway": "on"})
    assert "send_anyway" in asked(warned)
    assert sent.status_code == 303
    assert HelpOffer.objects.get().visibility == Visibility.PENDING


@pytest.mark.django_db
def test_what_a_private_answer_holds_is_nobodys_business():
    idea = IdeaFactory(
        answers=[
            {"id": "a", "question": "Telefon?", "value": "22334455", "private": True},
            {"id": "b", "question": "Hvor?", "value": "Ved havnen", "private": False},
        ]
    )
    assert "22334455" not in idea.public_text
    assert "Ved havnen" in idea.public_text


@pytest.mark.django_db
def test_a_text_of_a_member_of_staff_who_may_publish_does_not_wait():
    idea = ContributionFactory(visibility=Visibility.DRAFT, body="Ring 22334455")
    send_to_moderation(idea, at=timezone.now(), approved_by=UserFactory())
    assert idea.is_public


@pytest.mark.django_db
def test_the_moderator_sees_what_stopped_it_and_decides(staff_client):
    idea = IdeaFactory(visibility=Visibility.DRAFT, body="Ring 22 33 44 55")
    send_to_moderation(idea, at=timezone.now())
    url = reverse("borgerdialog_ideas:item", args=[idea.pk])
    assert "Phone number: 22 33 44 55" in staff_client.get(url).content.decode()
    moderate(idea, "publish", by=UserFactory(is_superuser=True), at=timezone.now())
    assert "Phone number" not in staff_client.get(url).content.decode()
    assert Contribution.objects.get().is_public


@pytest.mark.django_db
def test_staff_write_no_cpr_number_to_the_public(staff_client):
    idea = IdeaFactory()
    url = reverse("borgerdialog_ideas:action", args=[idea.pk, "status"])
    data = {"status": idea.status_id, "by_role": "Vej og park", "note": f"Sagen om {NUMBER}"}
    assert "CPR number" in staff_client.post(url, data).content.decode()
    url = reverse("borgerdialog_ideas:action", args=[idea.pk, "hide"])
    data = {"reason_code": "personal_data", "public_note": f"Der stod {NUMBER}"}
    assert "CPR number" in staff_client.post(url, data).content.decode()
    idea.refresh_from_db()
    assert idea.is_public
