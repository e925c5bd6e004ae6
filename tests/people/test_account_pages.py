"""allauth's pages in our templates, asked for by an ordinary browser."""

import re

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.core import mail
from django.urls import reverse

pytestmark = pytest.mark.django_db

PASSWORD = "kodeord-til-proeven"
OPEN_TO_ALL = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_inactive",
    "socialaccount_login_cancelled",
]
FOR_MEMBERS = [
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "account_logout",
    "socialaccount_connections",
]


@pytest.fixture
def member(settings):
    user = get_user_model().objects.create_user("borger", "borger@example.dk", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    EmailAddress.objects.create(user=user, email="anden@example.dk")
    return user


@pytest.fixture
def member_client(client, member):
    client.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    return client


def check(response, *, status: int = 200) -> BeautifulSoup:
    """What every page owes: language, title, one h1 in one main, and a name for each field."""
    assert response.status_code == status
    soup = BeautifulSoup(response.content, "html.parser")
    assert soup.html["lang"] == "da"
    assert soup.title.text.strip(" –\n")
    assert len(soup.find_all("main")) == 1
    assert len(soup.main.find_all("h1")) == 1
    assert soup.main.h1.text.strip()
    for field in soup.main.find_all(["input", "select", "textarea"]):
        if field.get("type") != "hidden":
            assert soup.find("label", attrs={"for": field["id"]}), field
            assert "placeholder" not in field.attrs
    for group in soup.main.find_all("input", type="radio"):
        assert group.find_parent("fieldset").legend.text.strip()
    assert not soup.find(style=True)
    assert not [tag for tag in soup.find_all("script") if not tag.get("src")]
    return soup


@pytest.mark.parametrize("name", OPEN_TO_ALL)
def test_a_page_for_everybody_is_whole(client, name):
    check(client.get(reverse(name)))


def test_a_login_that_failed_elsewhere_leads_back(client):
    soup = check(client.get(reverse("socialaccount_login_error")), status=401)
    assert soup.main.find("a", href=reverse("account_login"))


@pytest.mark.parametrize("name", FOR_MEMBERS)
def test_a_page_for_members_is_whole(member_client, name):
    soup = check(member_client.get(reverse(name)))
    if name not in ("account_reauthenticate",):
        assert soup.main.nav.find("a", href=reverse("account_logout"))


def test_a_wrong_password_is_said_in_the_title_the_summary_and_nowhere_is_it_repeated(client):
    response = client.post(
        reverse("account_login"), {"login": "x@example.dk", "password": "forkert"}
    )
    soup = check(response)
    assert re.match(r"(Fejl|Error):", soup.title.text.strip())
    assert soup.find(attrs={"role": "alert"}).text.strip()
    assert "forkert" not in response.content.decode()


def test_an_empty_form_leads_to_its_fields(client):
    soup = check(client.post(reverse("account_signup"), {}))
    for link in soup.find(attrs={"role": "alert"}).find_all("a"):
        assert soup.find(id=link["href"].removeprefix("#"))


def test_what_one_typed_comes_back(client):
    soup = check(client.post(reverse("account_signup"), {"email": "borger@"}))
    field = soup.find("input", attrs={"name": "email"})
    assert field["value"] == "borger@"
    assert field["aria-invalid"] == "true"
    assert all(soup.find(id=one) for one in field["aria-describedby"].split())


def test_a_link_to_confirm_an_address_shows_a_button_and_confirms_by_post_only(client, member):
    address = EmailAddress.objects.get(email="anden@example.dk")
    url = reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])
    soup = check(client.get(url))
    assert "anden@example.dk" in soup.main.text
    address.refresh_from_db()
    assert not address.verified


def test_an_old_link_to_confirm_says_so(client):
    check(client.get(reverse("account_confirm_email", args=["for-gammelt"])))


def test_a_link_to_choose_a_password_works_once(client, member, settings):
    client.post(reverse("account_reset_password"), {"email": member.email})
    link = re.search(r"http://[^/\s]+(/\S+)", mail.outbox[0].body)[1]
    soup = check(client.get(link, follow=True))
    assert len(soup.find_all("input", type="password")) == 2
    member.set_password("et-nyt-kodeord")
    member.save()
    check(client.get(link, follow=True))


def test_a_code_by_mail_has_a_page_of_its_own(client, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    typed = {"email": "ny@example.dk", "password1": PASSWORD, "password2": PASSWORD}
    soup = check(client.post(reverse("account_signup"), typed, follow=True))
    assert "ny@example.dk" in soup.main.text
    assert soup.find("input", attrs={"name": "code"})


def test_the_mails_of_an_account_say_who_writes_and_what_to_do(client, member):
    client.post(reverse("account_reset_password"), {"email": member.email})
    client.post(reverse("account_reset_password"), {"email": "ukendt@example.dk"})
    known, unknown = mail.outbox
    assert known.subject == "Vælg en ny adgangskode"
    assert "Brug dette link til at vælge en ny adgangskode:" in known.body
    assert unknown.subject == "Der er ingen konto med denne adresse"
    for letter in (known, unknown):
        assert "Hvis du ikke har bedt om det, skal du ikke gøre noget." in letter.body
        assert letter.body.rstrip().endswith("http://localhost")


def test_a_change_of_the_password_is_told_by_mail(member_client, member, settings):
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    typed = {"oldpassword": PASSWORD, "password1": "et-nyt-kodeord", "password2": "et-nyt-kodeord"}
    soup = check(member_client.post(reverse("account_change_password"), typed, follow=True))
    assert "Din adgangskode er skiftet." in soup.main.text
    (letter,) = mail.outbox
    assert letter.subject == "Din adgangskode er skiftet"
    assert "Var det ikke dig?" in letter.body


def test_an_only_address_that_is_confirmed_offers_nothing_to_press(member_client, member):
    EmailAddress.objects.filter(email="anden@example.dk").delete()
    soup = check(member_client.get(reverse("account_email")))
    assert member.email in soup.main.text
    assert [button["name"] for button in soup.main.select("button[name]")] == ["action_add"]
