"""Share an idea: write, check, send, receipt; and nothing typed is lost on the way."""

import datetime
import re
import uuid
from html import unescape

import pytest
import time_machine
from django.core import mail
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale

from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.ideas.models import Disclaimer, Idea
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.people.component import People
from wagtail_borgerdialog.terms import ModerationMode, VerificationLevel
from wagtail_borgerdialog.testing.factories import (
    AreaFactory,
    AttachmentFactory,
    ParticipantFactory,
    UserFactory,
)
from wagtail_borgerdialog.testing.ideas import IdeaFactory

pytestmark = pytest.mark.django_db

TYPED = {
    "title": "Bænke med udsigt ved hallen",
    "body": "Så kan man hvile sig på vej op ad bakken.\n\nOg se ud over fjorden.",
    "name": "Karla Prøve",
    "email": "karla@example.dk",
    "name_display": "first_area",
    "language": "da",
}


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a page's form, as a browser without JavaScript would send them."""
    fields = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", html):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name:
            fields[name[1]] = unescape(value[1]) if value else ""
    return fields


def write(client: Client, form_url: str, /, **changes: str) -> str:
    """The page to check, after a form that took its time."""
    with time_machine.travel(timezone.now() - datetime.timedelta(minutes=5)):
        form = client.get(form_url).content.decode()
    data = {**hidden(form), **TYPED, **changes, "step": "check"}
    data.pop("csrfmiddlewaretoken", None)
    return client.post(form_url, data).content.decode()


def send(client: Client, form_url: str, check: str, /, **changes: str) -> HttpResponse:
    return client.post(form_url, {**hidden(check), "step": "send", "accepted": "on", **changes})


@pytest.fixture
def address(url) -> str:
    return url("new")


def demand(collection, **terms: object) -> None:
    activity = collection.activity
    for name, value in terms.items():
        setattr(activity, name, value)
    activity.save()


def test_an_idea_waits_as_a_draft_until_its_address_is_confirmed(
    client, address, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = send(client, address, write(client, address))
    idea = Idea.objects.get()
    assert (idea.title, idea.visibility) == (TYPED["title"], Visibility.DRAFT)
    assert idea.body == TYPED["body"]
    receipt = client.get(response["Location"]).content.decode()
    assert idea.reference in receipt
    assert "karla@example.dk" in receipt
    assert idea.disclaimer.text in receipt
    link = re.search(r"http://localhost(/\S+link/confirm/\S+)", mail.outbox[0].body)[1]
    assert mail.outbox[0].to == ["karla@example.dk"]
    assert client.get(link).status_code == 200
    idea.refresh_from_db()
    assert idea.visibility == Visibility.DRAFT
    with django_capture_on_commit_callbacks(execute=True):
        client.post(link, {"choice": "confirm"})
    idea.refresh_from_db()
    assert idea.visibility == Visibility.VISIBLE
    assert idea.disclaimer.text in mail.outbox[-1].body
    assert idea.public_name == "Karla"


def test_the_page_to_check_shows_it_all_and_sends_nothing(client, address):
    check = write(client, address)
    assert Idea.objects.count() == 0
    for text in (TYPED["title"], "Og se ud over fjorden.", "Karla Prøve", "karla@example.dk"):
        assert text in check
    assert 'name="accepted"' in check


def test_the_disclaimer_has_to_be_accepted_and_its_wording_is_kept(client, collection, address):
    check = write(client, address)
    again = client.post(address, {**hidden(check), "step": "send"})
    assert Idea.objects.count() == 0
    assert "bd-errors" in again.content.decode()
    assert hidden(again.content.decode())["title"] == TYPED["title"]
    send(client, address, check)
    accepted = Disclaimer.objects.get()
    assert Idea.objects.get().disclaimer == accepted
    assert len(accepted.version) == 12


def test_a_wording_that_changed_meanwhile_has_to_be_read_again(client, collection, address):
    check = write(client, address)
    type(collection).objects.filter(pk=collection.pk).update(disclaimer="En ny tekst.")
    response = send(client, address, check)
    assert Idea.objects.count() == 0
    assert "En ny tekst." in response.content.decode()
    send(client, address, response.content.decode())
    assert Idea.objects.get().disclaimer.text == "En ny tekst."


def test_change_leads_back_to_the_form_with_everything_in_it(client, address):
    check = write(client, address)
    form = client.post(address, {**hidden(check), "step": "edit"}).content.decode()
    assert TYPED["title"] in form
    assert "Og se ud over fjorden." in form
    assert 'value="karla@example.dk"' in form
    assert "bd-errors" not in form


def test_an_error_keeps_what_was_typed_and_says_what_to_do(client, address):
    form = write(client, address, title="", email="karla")
    assert "bd-errors" in form
    assert "Og se ud over fjorden." in form
    assert re.search(r"<title>\s*(Error|Fejl):", form)


def test_a_double_click_makes_one_idea(client, address):
    check = write(client, address)
    first, second = send(client, address, check), send(client, address, check)
    assert Idea.objects.count() == 1
    assert first.status_code == second.status_code == 303
    assert client.get(second["Location"]).status_code == 200


def test_a_text_changed_after_sending_is_not_swallowed(client, address):
    check = write(client, address)
    send(client, address, check)
    send(client, address, check, body="En helt anden tekst end før.")
    assert Idea.objects.count() == 2


def test_a_deadline_passed_meanwhile_gives_the_text_back(client, collection, address):
    check = write(client, address)
    demand(collection, closes_at=timezone.now() - datetime.timedelta(minutes=2))
    response = send(client, address, check)
    assert response.status_code == 409
    assert Idea.objects.count() == 0
    assert TYPED["title"] in response.content.decode()
    assert "Og se ud over fjorden." in response.content.decode()


@override_settings(CSRF_FAILURE_VIEW="wagtail_borgerdialog.views.csrf_failure")
def test_a_form_whose_protection_ran_out_can_be_continued(address):
    browser = Client(enforce_csrf_checks=True)
    mark = hidden(browser.get(address).content.decode())["bd-form"]
    check = {"bd-form": mark, "step": "send", **TYPED, "csrfmiddlewaretoken": "x" * 64}
    refused = browser.post(address, check)
    assert refused.status_code == 403
    kept = hidden(refused.content.decode())
    assert kept["title"] == TYPED["title"]
    assert kept["step"] == "edit"
    form = browser.post(address, kept)
    assert form.status_code == 200
    assert "Og se ud over fjorden." in form.content.decode()


@override_settings(CSRF_FAILURE_VIEW="wagtail_borgerdialog.views.csrf_failure")
def test_no_button_of_ours_sends_on_what_another_site_has_sent(address, collection):
    """Only where a form is shown again, and nothing done, may somebody go on with one click."""
    browser = Client(enforce_csrf_checks=True)
    mark = hidden(browser.get(address).content.decode())["bd-form"]
    elsewhere = [
        reverse("wagtailadmin_pages:delete", args=[collection.pk]),
        reverse("account_logout"),
        collection.get_url(),
    ]
    for path, value in [
        (address, "1"),
        *((path, one) for path in elsewhere for one in (mark, "1")),
    ]:
        refused = browser.post(path, {"bd-form": value, "next": "/", "step": "send"})
        assert refused.status_code == 403
        assert b'name="csrfmiddlewaretoken"' not in refused.content, path


def test_the_receipt_does_not_tell_how_the_owner_of_an_address_writes_it(client, address):
    People().setup()
    ParticipantFactory(email="karla+kommunen@example.dk", level=VerificationLevel.EMAIL)
    told = []
    for name in ("karla", "ukendt"):
        check = write(client, address, email=f"{name}+x@example.dk")
        receipt = client.get(send(client, address, check).url).content.decode()
        assert f"{name}@example.dk" in receipt
        told.append("kommunen@" in receipt)
    assert told == [False, False]


def test_whoever_was_signed_out_meanwhile_gets_the_text_back_and_the_way_in(
    client, collection, address
):
    demand(collection, submit_level=VerificationLevel.ACCOUNT)
    client.force_login(UserFactory(verified=True))
    check = write(client, address)
    client.logout()
    response = send(client, address, check)
    assert response.status_code == 409
    assert TYPED["title"] in response.content.decode()
    assert "login" in response.content.decode()


def test_a_page_that_needs_an_account_shows_the_way_in_before_anything_is_typed(
    client, collection, address
):
    demand(collection, submit_level=VerificationLevel.ACCOUNT)
    html = client.get(address).content.decode()
    assert 'name="title"' not in html
    assert "?next=" in html


def test_somebody_signed_in_sends_at_once(client, collection, address):
    user = UserFactory(verified=True)
    client.force_login(user)
    response = send(client, address, write(client, address))
    idea = Idea.objects.get()
    assert idea.visibility == Visibility.VISIBLE
    assert idea.participant.user == user
    assert client.get(response["Location"]).status_code == 200


def test_eid_is_needed_where_the_page_says_so(client, collection, address):
    demand(collection, submit_level=VerificationLevel.EID)
    client.force_login(UserFactory(verified=True))
    assert 'name="title"' not in client.get(address).content.decode()


def test_a_page_that_asks_for_nothing_takes_an_idea_without_an_address(client, collection, address):
    demand(collection, submit_level=VerificationLevel.NONE)
    send(client, address, write(client, address, email="", name=""))
    idea = Idea.objects.get()
    assert (idea.participant, idea.public_name) == (None, "")
    assert idea.visibility == Visibility.VISIBLE


def test_an_idea_waits_for_a_moderator_where_the_page_says_so(client, collection, address):
    demand(collection, submit_level=VerificationLevel.NONE, moderation=ModerationMode.BEFORE)
    send(client, address, write(client, address, email=""))
    assert Idea.objects.get().visibility == Visibility.PENDING


def test_a_form_filled_in_by_a_machine_waits_for_a_moderator(client, collection, address):
    demand(collection, submit_level=VerificationLevel.NONE)
    send(client, address, write(client, address, email="", homepage="https://spam.example"))
    assert Idea.objects.get().visibility == Visibility.PENDING


def test_a_name_known_behind_an_address_is_not_shown_because_somebody_typed_it(
    client, collection, address
):
    known = IdeaFactory(activity=collection.activity)
    send(client, address, write(client, address, email=known.participant.email, name=""))
    assert Idea.objects.latest("pk").public_name == ""


def test_similar_ideas_are_shown_before_it_is_sent(client, collection, address):
    like = IdeaFactory(activity=collection.activity, title="Bænk ved hallen med udsigt")
    other = IdeaFactory(activity=collection.activity, title="Hundeskov i Lyngdal")
    check = write(client, address)
    assert like.title in check
    assert other.title not in check


def test_extra_questions_are_asked_and_private_answers_stay_private(
    client, collection, address, url
):
    private, public = str(uuid.uuid4()), str(uuid.uuid4())
    common = {"help": "", "required": False}
    collection.questions = [
        {
            "type": "short_text",
            "id": private,
            "value": {**common, "label": "Din skole", "private": True},
        },
        {
            "type": "choice",
            "id": public,
            "value": {
                **common,
                "label": "Hvornår på året",
                "private": False,
                "options": ["Sommer", "Vinter"],
            },
        },
    ]
    collection.save()
    demand(collection, submit_level=VerificationLevel.NONE)
    check = write(
        client,
        address,
        email="",
        **{f"question_{private}": "Åkilde Skole", f"question_{public}": "Vinter"},
    )
    send(client, address, check)
    idea = Idea.objects.get()
    html = client.get(url("idea", idea.reference)).content.decode()
    assert "Hvornår på året" in html
    assert "Vinter" in html
    assert "Åkilde Skole" not in html
    for question in collection.questions:
        question.value["private"] = not question.value["private"]
    collection.save()
    html = client.get(url("idea", idea.reference)).content.decode()
    assert "Åkilde Skole" not in html
    assert "Vinter" not in html


def one_question(collection, *, private: bool, asked: str) -> None:
    value = {"label": "Din skole", "help": "", "required": False, "private": private}
    collection.questions = [{"type": "short_text", "id": asked, "value": value}]
    collection.save()


@pytest.mark.parametrize("after", ["writing", "checking"])
def test_an_answer_stays_private_when_the_question_is_opened_while_somebody_writes(
    client, collection, address, url, after
):
    demand(collection, submit_level=VerificationLevel.NONE)
    asked = str(uuid.uuid4())
    one_question(collection, private=True, asked=asked)
    data = {**hidden(client.get(address).content.decode()), **TYPED, "email": ""}
    data |= {f"question_{asked}": "Åkilde Skole", "step": "check"}
    if after == "writing":
        one_question(collection, private=False, asked=asked)
    check = client.post(address, data).content.decode()
    one_question(collection, private=False, asked=asked)
    send(client, address, check)
    idea = Idea.objects.get()
    assert idea.answers[0]["private"]
    assert "Åkilde Skole" not in client.get(url("idea", idea.reference)).content.decode()


def test_an_answer_that_one_language_keeps_private_shows_in_none(client, collection, url):
    english = Locale.objects.create(language_code="en")
    collection.get_parent().specific.copy_for_translation(english).save_revision().publish()
    asked = str(uuid.uuid4())
    one_question(collection, private=False, asked=asked)
    collection.copy_for_translation(english).save_revision().publish()
    answer = {"id": asked, "question": "Din skole", "value": "Åkilde Skole", "private": False}
    idea = IdeaFactory(activity=collection.activity, answers=[answer])
    translation = IdeaPage.objects.get(locale=english)
    addresses = [url("idea", idea.reference), f"{translation.get_url()}{idea.reference}/"]
    for shown in addresses:
        assert "Åkilde Skole" in client.get(shown).content.decode()
    one_question(collection, private=True, asked=asked)
    for shown in addresses:
        assert "Åkilde Skole" not in client.get(shown).content.decode()


def test_an_answer_outlives_its_question(client, collection, url):
    answer = {"id": "x", "question": "Din skole", "value": "Åkilde Skole"}
    public = IdeaFactory(activity=collection.activity, answers=[{**answer, "private": False}])
    private = IdeaFactory(activity=collection.activity, answers=[{**answer, "private": True}])
    shown = [client.get(url("idea", one.reference)).content.decode() for one in (public, private)]
    assert "Din skole" in shown[0]
    assert "Åkilde Skole" in shown[0]
    assert "Åkilde Skole" not in shown[1]


def test_an_answer_that_was_not_offered_is_refused(client, collection, address):
    asked = str(uuid.uuid4())
    value = {"label": "Hvornår", "help": "", "required": True, "private": False}
    collection.questions = [
        {"type": "choice", "id": asked, "value": {**value, "options": ["Sommer", "Vinter"]}}
    ]
    collection.save()
    assert "bd-errors" in write(client, address, **{f"question_{asked}": "Aldrig"})


def test_a_district_can_be_chosen(client, collection, address):
    area = AreaFactory(name="Klitborg")
    demand(collection, submit_level=VerificationLevel.NONE)
    check = write(client, address, email="", area=area.slug, address="Havnen 1")
    assert "Klitborg" in check
    send(client, address, check)
    idea = Idea.objects.get()
    assert (idea.area, idea.address) == (area, "Havnen 1")
    assert idea.public_name == "Karla, Klitborg"


def test_a_point_on_the_map_is_kept_and_one_that_is_none_is_left_out(client, collection, address):
    demand(collection, submit_level=VerificationLevel.NONE)
    check = write(client, address, email="", latitude="56.42900", longitude="8.35000")
    assert "56.42900, 8.35000" in check
    send(client, address, check)
    idea = Idea.objects.get()
    assert (idea.latitude, idea.longitude) == (56.429, 8.35)
    for point in ({"latitude": "91", "longitude": "8"}, {"latitude": "nan", "longitude": "x"}):
        send(client, address, write(client, address, email="", **point))
        assert Idea.objects.latest("pk").latitude is None
    assert Idea.objects.count() == 3


def test_pictures_are_added_on_the_receipt_until_a_moderator_has_read_it(
    client, collection, address, tmp_path
):
    demand(collection, submit_level=VerificationLevel.NONE, moderation=ModerationMode.BEFORE)
    receipt = send(client, address, write(client, address, email=""))["Location"]
    picture = AttachmentFactory(contribution=IdeaFactory()).file
    with picture.open("rb") as file:
        file.name = "bænk.jpg"
        response = client.post(receipt, {"attachment_1": file, "attachment_1_alt": "En bænk"})
    idea = Idea.objects.get(title=TYPED["title"])
    assert response.status_code == 303
    assert [item.alt_text for item in idea.attachments.all()] == ["En bænk"]
    assert "En bænk" in client.get(receipt).content.decode()
    Idea.objects.filter(pk=idea.pk).update(
        visibility=Visibility.VISIBLE, published_at=timezone.now()
    )
    with picture.open("rb") as file:
        file.name = "to.jpg"
        client.post(receipt, {"attachment_1": file, "attachment_1_alt": "To bænke"})
    assert idea.attachments.count() == 1


def test_a_receipt_is_for_its_sender_and_two_days(client, collection, url, address):
    demand(collection, submit_level=VerificationLevel.NONE)
    receipt = send(client, address, write(client, address, email=""))["Location"]
    assert client.get(url("thanks", "gættet-1")).status_code == 410
    response = client.get(receipt)
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]
    with time_machine.travel(timezone.now() + datetime.timedelta(days=3)):
        assert client.get(receipt).status_code == 410


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 3_000_000),
        ("title", "\u202eomvendt\u2066"),
        ("title", "nul\x00tegn"),
        ("body", "\ufeff\u200b"),
        ("area", "1" + "0" * 30),
        ("area", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")),
        ("category", "' OR 1=1 --"),
        ("email", "a@" + "b" * 70_000),
        ("form_key", "not-a-key"),
        ("started", "9" * 500),
        ("language", "xx"),
        ("name_display", "everything"),
        ("version", "\x00" * 12),
        ("latitude", "9" * 5000),
        ("longitude", "1e999"),
    ],
)
def test_hostile_values_are_a_clear_answer(client, address, field, value):
    for step in ("check", "send", "edit", "nonsense"):
        data = {**TYPED, "accepted": "on", field: value, "step": step}
        response = client.post(address, data)
        assert response.status_code in {200, 303, 400, 413}
        assert b"\x00" not in response.content


def test_a_title_keeps_no_control_characters(client, collection, address):
    demand(collection, submit_level=VerificationLevel.NONE)
    send(client, address, write(client, address, email="", title="En\u202e bæ\x00nk\u2066 her"))
    assert Idea.objects.get().title == "En bænk her"


def test_a_receipt_promises_a_mail_only_where_there_is_an_address(client, collection, address):
    demand(collection, submit_level=VerificationLevel.NONE, moderation=ModerationMode.BEFORE)
    for email, promised in (("", False), ("karla@example.dk", True)):
        check = write(client, address, email=email, title=f"Bænke {promised}")
        receipt = client.get(send(client, address, check)["Location"]).content.decode()
        assert ("Du får en e-mail, når alle kan se den." in receipt) is promised
        assert ("Gem referencenummeret." in receipt) is not promised
