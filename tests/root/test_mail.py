"""The outbox: a mail server that refuses or hangs fails no request and loses no mail."""

import datetime
import socket
import threading
from collections.abc import Iterator

import pytest
import time_machine
from django.core import mail as django_mail
from django.core.cache import cache
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.models import OutgoingMail, ParticipationSettings
from wagtail_borgerdialog.testing.factories import default_site

SMTP = "django.core.mail.backends.smtp.EmailBackend"
NOON = datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _server_is_up() -> Iterator[None]:
    """That the mail server failed a moment ago is remembered in the cache."""
    cache.clear()
    yield
    cache.clear()


def queue(event: str = "1:supported:1", **changes: object) -> None:
    """Put the mail "Your support is counted" into the outbox."""
    context = {
        "title": "En bænk ved havnen",
        "title_language": "da",
        "reference": "2026-00042",
        "url": "https://vestersoe.example.dk/ideer/2026-00042/",
        "withdraw_url": "https://vestersoe.example.dk/deltag/link/withdraw-support/abc/",
    }
    values = {
        "template": "supported",
        "to": "asta@example.dk",
        "recipient_key": "k" * 64,
        "site": default_site(),
        "language": "en",
        "at": NOON,
        "context": context,
    }
    mail.queue(event, **{**values, **changes})


class Server:
    """A mail server of our own on a free port; what it says is up to ``talk``."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = answers
        self.calls = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        while True:
            try:
                caller, _address = self.listener.accept()
            except OSError:
                return
            self.calls += 1
            threading.Thread(target=self._talk, args=[caller], daemon=True).start()

    def _talk(self, caller: socket.socket) -> None:
        with caller:
            if not self.answers:
                caller.recv(1)  # says nothing, until the caller gives up
                return
            lines = caller.makefile("rb")
            for answer in self.answers:
                caller.sendall(answer + b"\r\n")
                if not lines.readline():
                    return

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *error: object) -> None:
        self.listener.close()

    @property
    def settings(self) -> dict[str, object]:
        return {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": self.port}


def nobody_listens() -> dict[str, object]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}


# -- What a mail is


def test_a_mail_goes_out_after_the_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        queue()
        assert django_mail.outbox == []
    (message,) = django_mail.outbox
    assert message.subject == "Your support is counted"
    assert message.to == ["asta@example.dk"]
    assert message.extra_headers["Content-Language"] == "en"
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "“En bænk ved havnen” (2026-00042)" in message.body
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    assert '<html lang="en">' in html
    assert '<span lang="da">“En bænk ved havnen”</span>' in html


def test_a_sent_mail_leaves_neither_address_nor_text_behind():
    queue()
    assert mail.send_due(at=NOON) == (1, 0)
    row = OutgoingMail.objects.get()
    assert row.sent_at is not None
    assert (row.to_email, row.context) == ("", {})


def test_it_is_signed_by_the_municipality():
    settings = ParticipationSettings.for_site(default_site())
    settings.organisation_name = "Vestersø Kommune"
    settings.contact_email = "borgerdialog@vestersoe.example.dk"
    settings.save()
    queue()
    mail.send_due(at=NOON)
    assert "Vestersø Kommune\nborgerdialog@vestersoe.example.dk" in django_mail.outbox[0].body


def test_hostile_words_reach_neither_header_nor_markup():
    title = "Hej\r\nBcc: alle@example.dk <script>alert(1)</script> & co"
    context = {
        "title": title,
        "title_language": '"><b>',
        "reference": "2026\n-1",
        "is_waiting": True,
    }
    queue(template="receipt", context=context)
    mail.send_due(at=NOON)
    (message,) = django_mail.outbox
    assert "\n" not in message.subject
    assert message.recipients() == ["asta@example.dk"]
    sent = message.message()
    assert sent["Bcc"] is None
    html = message.alternatives[0][0]
    assert "<script>" not in html
    assert "<b>" not in html
    assert "<script>alert(1)</script> & co" in message.body


# -- Once


def test_one_event_is_one_mail_to_one_person():
    for _ in range(3):
        queue()
    queue(recipient_key="x" * 64, to="en-anden@example.dk")
    assert mail.send_due(at=NOON) == (2, 0)
    queue()
    assert mail.send_due(at=NOON) == (0, 0)


def test_every_try_carries_the_same_message_id_and_no_other_mail_does():
    queue()
    queue(event="1:supported:2")
    first, other = OutgoingMail.objects.select_related("site").order_by("pk")
    assert mail.build(first).message()["Message-ID"] == mail.message_id(first)
    assert mail.message_id(first) != mail.message_id(other)
    assert "asta" not in mail.message_id(first)
    with override_settings(**nobody_listens()):
        mail.send_due(at=NOON)
    again = OutgoingMail.objects.select_related("site").get(pk=first.pk)
    assert mail.message_id(again) == mail.message_id(first)


def test_whoever_comes_back_after_the_lease_does_not_undo_what_another_has_done(monkeypatch):
    """A sender that was suspended for longer than its lease, and whose connection is gone."""
    queue()
    send = django_mail.EmailMultiAlternatives.send

    def wake_up_late(message: django_mail.EmailMultiAlternatives, *args: object) -> int:
        patch.setattr(django_mail.EmailMultiAlternatives, "send", send)
        assert mail.send_due(at=NOON + 2 * mail.LEASE) == (1, 0)
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(django_mail.EmailMultiAlternatives, "send", wake_up_late)
        assert mail.send_due(at=NOON) == (0, 1)
    row = OutgoingMail.objects.get()
    assert row.sent_at is not None
    assert row.last_error == ""
    assert len(django_mail.outbox) == 1


def test_nothing_is_queued_for_somebody_without_an_address():
    queue(to="")
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_mailed():
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()
    assert django_mail.outbox == []


# -- A server that does not want


@pytest.mark.parametrize(
    "answers",
    [
        (b"421 closing",),
        (b"220 hello", b"250 hello", b"451 try again later"),
        (b"220 hello", b"250 hello", b"250 fine", b"250 fine", b"554 not that"),
    ],
    ids=["at the door", "the sender", "the text"],
)
def test_a_server_that_refuses_gets_it_again_later(answers):
    queue()
    with Server(*answers) as server, override_settings(**server.settings):
        assert mail.send_due(at=NOON) == (0, 1)
    row = OutgoingMail.objects.get()
    assert (row.sent_at, row.failed_at, row.attempts) == (None, None, 1)
    assert row.to_email == "asta@example.dk"
    assert mail.send_due(at=NOON) == (0, 0)
    assert mail.send_due(at=NOON + datetime.timedelta(minutes=3)) == (1, 0)
    assert len(django_mail.outbox) == 1


def test_an_address_that_the_server_refuses_holds_up_nobody_else():
    for number in range(3):
        queue(f"1:supported:{number}")
    refusal = (b"220 hello", b"250 hello", b"250 fine", b"550 no such person", b"250 fine")
    with Server(*refusal) as server, override_settings(**server.settings):
        assert mail.send_due(at=NOON) == (0, 3)
        assert server.calls == 3
    assert not mail.cache_says_down()


def test_a_server_that_hangs_costs_one_timeout_and_loses_nothing(
    django_capture_on_commit_callbacks,
):
    with (
        Server() as server,
        override_settings(**server.settings, BORGERDIALOG_MAIL_TIMEOUT=1),
    ):
        for number in range(5):
            with django_capture_on_commit_callbacks(execute=True):
                queue(f"1:supported:{number}", at=timezone.now())
        assert server.calls == 1
    assert OutgoingMail.objects.unsent().count() == 5
    cache.clear()
    later = timezone.now() + datetime.timedelta(hours=1)
    assert mail.send_due(at=later) == (5, 0)


def test_a_server_that_is_not_there_fails_nobody(django_capture_on_commit_callbacks):
    with override_settings(**nobody_listens()), django_capture_on_commit_callbacks(execute=True):
        queue(at=timezone.now())
    assert OutgoingMail.objects.get().last_error == "ConnectionRefusedError"


@pytest.mark.django_db(transaction=True)
def test_a_queue_of_tasks_that_is_down_fails_nobody(monkeypatch):
    class Down:
        def enqueue(self, *args: object) -> None:
            raise ConnectionError("no broker")

    with monkeypatch.context() as patch:
        patch.setattr(mail, "send_one", Down())
        with transaction.atomic():
            queue()
    assert mail.send_due(at=NOON) == (1, 0)


def test_a_text_that_the_server_refuses_holds_up_nobody_else():
    for number in range(3):
        queue(f"1:supported:{number}")
    refusal = (b"220 hello", b"250 hello", b"250 fine", b"250 fine", b"354 go on", b"554 no")
    with Server(*refusal) as server, override_settings(**server.settings):
        assert mail.send_due(at=NOON) == (0, 3)
    assert not mail.cache_says_down()


def test_a_server_that_is_away_for_a_week_loses_no_mail():
    queue()
    at = NOON
    with override_settings(**nobody_listens()):
        for _ in range(7 * 24):
            mail.send_due(at=at)
            at += datetime.timedelta(hours=1)
    assert OutgoingMail.objects.get().failed_at is None
    # And nobody waits long when it is back.
    assert mail.send_due(at=at + datetime.timedelta(minutes=15)) == (1, 0)


def test_a_run_longer_than_a_lease_sends_nothing_twice(monkeypatch):
    for number in range(3):
        queue(f"1:supported:{number}")
    send = django_mail.EmailMultiAlternatives.send
    rivals = []

    with time_machine.travel(NOON, tick=False) as clock:

        def slowly(message: django_mail.EmailMultiAlternatives, *args: object) -> int:
            clock.shift(datetime.timedelta(minutes=9))
            if len(django_mail.outbox) == 2:  # after 27 minutes another process starts
                patch.setattr(django_mail.EmailMultiAlternatives, "send", send)
                rivals.append(mail.send_due(at=timezone.now()))
            return send(message, *args)

        with monkeypatch.context() as patch:
            patch.setattr(django_mail.EmailMultiAlternatives, "send", slowly)
            assert mail.send_due(at=NOON) == (3, 0)
    assert rivals == [(0, 0)]
    assert len(django_mail.outbox) == 3


def test_a_run_stops_at_a_dead_server():
    for number in range(5):
        queue(f"1:supported:{number}")
    with override_settings(**nobody_listens()):
        assert mail.send_due(at=NOON) == (0, 1)


def test_a_mail_that_cannot_be_built_holds_up_nobody_else():
    queue("1:broken", template="there-is-no-such-template")
    queue()
    assert mail.send_due(at=NOON) == (1, 1)
    assert OutgoingMail.objects.get(event="1:broken").last_error == "TemplateDoesNotExist"


def test_it_is_given_up_after_ten_tries_and_can_be_started_afresh():
    queue("1:broken", template="there-is-no-such-template")
    at = NOON
    for _ in range(20):
        mail.send_due(at=at)
        at += datetime.timedelta(days=1)
    row = OutgoingMail.objects.get()
    assert row.attempts == mail.MAX_ATTEMPTS
    assert row.failed_at is not None
    assert not OutgoingMail.objects.unsent().exists()
    OutgoingMail.objects.update(template="supported")
    mail.try_again(OutgoingMail.objects.all(), at=at)
    assert mail.send_due(at=at) == (1, 0)


# -- A process that dies


def test_a_process_that_dies_with_a_mail_in_its_hands_gives_it_back():
    queue()
    row = OutgoingMail.objects.get()
    # What ``deliver`` writes before it talks to the server; then the machine is switched off.
    claimed = OutgoingMail.objects.due(NOON).update(next_attempt_at=NOON + mail.LEASE)
    assert claimed == 1
    assert mail.deliver(row, at=NOON + datetime.timedelta(minutes=9)) is None
    assert mail.deliver(row, at=NOON + datetime.timedelta(minutes=10)) is True


def test_a_crash_while_sending_loses_no_mail(monkeypatch):
    """The real thing: the process is gone between the claim and the server's answer."""

    class PowerCut(BaseException):
        pass

    def cut(message: django_mail.EmailMultiAlternatives, *args: object) -> int:
        raise PowerCut

    queue()
    with monkeypatch.context() as patch:
        patch.setattr(django_mail.EmailMultiAlternatives, "send", cut)
        with pytest.raises(PowerCut):
            mail.send_due(at=NOON)
    assert mail.send_due(at=NOON + datetime.timedelta(minutes=1)) == (0, 0)
    assert mail.send_due(at=NOON + datetime.timedelta(hours=1)) == (1, 0)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twelve_senders_at_once_send_each_mail_once():
    OutgoingMail.objects.all().delete()
    for number in range(30):
        with transaction.atomic():
            queue(f"1:supported:{number}", at=NOON + datetime.timedelta(days=3650))
    at = NOON + datetime.timedelta(days=3650)
    line = threading.Barrier(12)
    counts: list[tuple[int, int]] = []

    def run() -> None:
        try:
            line.wait()
            counts.append(mail.send_due(at=at))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent for sent, _put_off in counts) == 30
    assert len(django_mail.outbox) == 30
