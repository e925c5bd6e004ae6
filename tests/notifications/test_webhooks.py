"""Webhooks: signed, once per event, to nowhere inside the house, and nobody waits for them."""

import base64
import contextlib
import datetime
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from wagtail_borgerdialog.contributions.events import PUBLISHED, SUPPORTED
from wagtail_borgerdialog.contributions.models import Contribution, Visibility
from wagtail_borgerdialog.notifications import transport, webhooks
from wagtail_borgerdialog.notifications.models import Webhook, WebhookDelivery
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.testing.factories import UserFactory, default_site
from wagtail_borgerdialog.testing.ideas import IdeaFactory, make_idea_page

NOON = datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)

pytestmark = pytest.mark.django_db


class Receiver:
    """Another system, which answers what it is told to."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                if receiver.status == 302:
                    self.send_header("Location", "/other/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    with override_settings(BORGERDIALOG_WEBHOOK_PRIVATE_ADDRESSES=True):
        yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def hook(receiver: Receiver) -> Webhook:
    return Webhook.objects.create(
        site=default_site(), name="Datavarehuset", url=receiver.url, events=[PUBLISHED]
    )


@pytest.fixture
def idea() -> Contribution:
    return IdeaFactory(activity=make_idea_page(IdeaPage).activity)


def happen(
    contribution: Contribution, event: str = PUBLISHED, at: datetime.datetime = NOON
) -> None:
    contribution_event.send(
        sender=type(contribution), contribution=contribution, event=event, at=at, by=None
    )


# -- What is told


def test_a_public_event_is_told_and_says_nothing_about_a_person(hook, receiver, idea):
    happen(idea)
    assert webhooks.send_due(at=NOON) == (1, 0)
    ((headers, body),) = receiver.got
    assert json.loads(body) == {
        "type": "published",
        "timestamp": "2026-05-04T12:00:00+00:00",
        "data": {
            "reference": idea.reference,
            "kind": "ideas",
            "url": f"{idea.activity.page.full_url}{idea.reference}/",
        },
    }
    assert headers["content-type"].startswith("application/json")


def test_the_signature_is_the_one_that_the_standard_wants(hook, receiver, idea):
    secret = webhooks.new_secret(hook)
    assert secret.startswith("whsec_")
    happen(idea)
    webhooks.send_due(at=NOON)
    ((headers, body),) = receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - NOON.timestamp()) < 3600


def test_receivers_know_us_while_the_secret_key_is_changed(hook, idea):
    happen(idea)
    delivery = WebhookDelivery.objects.get()
    with override_settings(SECRET_KEY="gammel"):
        before = webhooks.headers(delivery, b"{}", at=NOON)["webhook-signature"]
    with override_settings(SECRET_KEY="ny", SECRET_KEY_FALLBACKS=["gammel"]):
        after = webhooks.headers(delivery, b"{}", at=NOON)["webhook-signature"]
    assert before in after.split(" ")
    assert len(after.split(" ")) == 2


def test_only_what_it_asked_for_is_told_and_only_of_its_site(hook, idea):
    happen(idea, SUPPORTED)
    happen(idea, "status_changed")
    assert not WebhookDelivery.objects.exists()
    Webhook.objects.update(is_active=False)
    happen(idea)
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize("state", [state for state in Visibility if state != Visibility.VISIBLE])
def test_what_is_not_public_is_told_nobody(hook, idea, state):
    Contribution.objects.filter(pk=idea.pk).update(visibility=state)
    idea.refresh_from_db()
    happen(idea)
    assert not WebhookDelivery.objects.exists()


def test_one_event_is_told_once(hook, receiver, idea):
    happen(idea)
    happen(idea)
    assert webhooks.send_due(at=NOON) == (1, 0)
    assert webhooks.send_due(at=NOON) == (0, 0)
    assert len(receiver.got) == 1


def test_it_is_told_after_the_commit(hook, receiver, idea, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        happen(idea, at=timezone.now())
        assert receiver.got == []
    assert len(receiver.got) == 1


# -- A receiver that does not want


@pytest.mark.parametrize("status", [302, 400, 500])
def test_what_is_refused_is_sent_again_later_under_the_same_id(hook, receiver, idea, status):
    receiver.status = status
    happen(idea)
    assert webhooks.send_due(at=NOON) == (0, 1)
    assert WebhookDelivery.objects.get().last_error == f"HTTP {status}"
    assert webhooks.send_due(at=NOON) == (0, 0)
    receiver.status = 204
    assert webhooks.send_due(at=NOON + datetime.timedelta(hours=1)) == (1, 0)
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    assert len(receiver.got) == 2  # and no redirect was followed
    hook.refresh_from_db()
    assert hook.failing_since is None


def test_nobody_waits_for_a_receiver_that_fails(
    hook, receiver, idea, django_capture_on_commit_callbacks
):
    receiver.status = 500
    with django_capture_on_commit_callbacks(execute=True):
        happen(idea, at=timezone.now())
    for minute in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            happen(idea, at=timezone.now() + datetime.timedelta(minutes=minute))
    assert len(receiver.got) == 1
    # Nor does a run of the command wait for it more than once.
    webhooks.send_due(at=timezone.now() + datetime.timedelta(days=1))
    assert len(receiver.got) == 2


def test_a_receiver_that_is_not_there_fails_nobody(hook, idea, django_capture_on_commit_callbacks):
    Webhook.objects.update(url="http://127.0.0.1:1/")
    with django_capture_on_commit_callbacks(execute=True):
        happen(idea, at=timezone.now())
    assert WebhookDelivery.objects.get().last_error == "ConnectionRefusedError"


def test_it_is_given_up_after_a_while(hook, receiver, idea):
    receiver.status = 500
    happen(idea)
    at = NOON
    for _ in range(30):
        webhooks.send_due(at=at)
        at += datetime.timedelta(days=1)
    delivery = WebhookDelivery.objects.get()
    assert delivery.failed_at is not None
    assert delivery.attempts == webhooks.MAX_ATTEMPTS == len(receiver.got)


def test_a_receiver_that_is_gone_is_told_no_more(hook, receiver, idea):
    receiver.status = 410
    happen(idea)
    webhooks.send_due(at=NOON)
    hook.refresh_from_db()
    assert not hook.is_active
    assert WebhookDelivery.objects.get().failed_at is not None


def test_what_has_been_delivered_is_kept_for_a_month(hook, idea):
    happen(idea)
    call_command("borgerdialog_send_webhooks")
    assert WebhookDelivery.objects.filter(delivered_at__isnull=False).exists()
    webhooks.send_due(at=timezone.now() + datetime.timedelta(days=31))
    assert not WebhookDelivery.objects.exists()


# -- Nowhere inside the house


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 (refused)
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_private_addresses_are_refused(address):
    assert not transport.is_outside(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_not(address):
    assert transport.is_outside(address)


@contextlib.contextmanager
def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> Iterator[list[tuple[str, int]]]:
    """A name that stands for ``addresses``; which of them somebody connects to."""
    called: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], **kwargs: object) -> None:
        called.append(address)
        raise ConnectionRefusedError

    found = [(2, 1, 6, "", (address, 443)) for address in addresses]
    with monkeypatch.context() as patch:
        patch.setattr(transport.socket, "getaddrinfo", lambda *args, **kwargs: found)
        patch.setattr(transport.socket, "create_connection", connect)
        yield called


def test_a_name_that_stands_for_a_private_address_is_not_called(monkeypatch):
    with (
        names(monkeypatch, "93.184.215.14", "127.0.0.1") as called,
        pytest.raises(transport.AddressRefused),
    ):
        transport.post("https://ond.example/", b"", {})
    assert called == []


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    with (
        names(monkeypatch, "93.184.215.14") as called,
        pytest.raises(ConnectionRefusedError),
    ):
        transport.post("https://god.example/", b"", {})
    assert called == [("93.184.215.14", 443)]


@pytest.mark.parametrize(
    "url", ["http://god.example/", "ftp://god.example/", "https://a:b@god.example/", "https:///x"]
)
def test_other_addresses_are_refused(monkeypatch, url):
    with names(monkeypatch, "93.184.215.14") as called, pytest.raises(transport.AddressRefused):
        transport.post(url, b"", {})
    assert called == []


# -- In the admin


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    return client


def test_an_editor_makes_one_and_sees_its_secret_once(admin):
    space = "wagtailsnippets_borgerdialog_notifications_webhook"
    form = {
        "name": "Datavarehuset",
        "site": default_site().pk,
        "url": "https://data.example.dk/hook",
        "events": ["published"],
        "is_active": "on",
    }
    refused = admin.post(reverse(f"{space}:add"), {**form, "url": "http://data.example.dk/hook"})
    assert refused.status_code == 200
    assert not Webhook.objects.exists()
    response = admin.post(reverse(f"{space}:add"), form)
    made = Webhook.objects.get()
    assert made.events == ["published"]
    secret_url = reverse(f"{space}:secret", args=[made.pk])
    assert response.headers["Location"] == secret_url
    assert "whsec_" not in admin.get(secret_url).content.decode()
    shown = admin.post(secret_url)
    assert "whsec_" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    edit = admin.get(reverse(f"{space}:edit", args=[made.pk])).content.decode()
    assert "whsec_" not in edit
    assert "checked" in edit


def test_what_failed_is_listed_and_can_be_tried_again(admin, hook, receiver, idea):
    url = reverse("borgerdialog_deliveries:list")
    assert "Alt er leveret" in admin.get(url).content.decode()
    receiver.status = 500
    happen(idea)
    webhooks.send_due(at=NOON)
    WebhookDelivery.objects.update(failed_at=NOON)
    listed = admin.get(url).content.decode()
    assert idea.reference in listed
    assert "HTTP 500" in listed
    receiver.status = 200
    admin.post(url, {"delivery": WebhookDelivery.objects.get().pk})
    assert webhooks.send_due(at=timezone.now()) == (1, 0)
    assert "Alt er leveret" in admin.get(url).content.decode()


def test_others_do_not_see_them(hook):
    client = Client()
    client.force_login(UserFactory(is_staff=True))
    for name in ("borgerdialog_deliveries:list",):
        assert client.get(reverse(name)).status_code in {302, 403}
