"""A sender that dies at work: no mail is lost, and next to none arrives twice."""

import contextlib
import datetime
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import connection
from django.utils import timezone

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.testing.factories import default_site

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROOT = Path(settings.BASE_DIR).parent
MAILS = 1000
KILLS = 6
TWICE_AT_MOST = MAILS // 100
STEPS = ("MAIL", "RCPT", "DATA")
SENDER = """
import datetime, sys
import django
django.setup()
from django.conf import settings
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[1])
settings.BORGERDIALOG_MAIL_TIMEOUT = 60
from wagtail_borgerdialog.mail import send_due
print(*send_due(at=datetime.datetime.fromisoformat(sys.argv[2]), limit=100_000))
"""


class Postbox:
    """What the mail server has taken, and the moment at which its caller is to die."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.caller: subprocess.Popen[str] | None = None
        self.deadline: tuple[int, str] | None = None

    def kill_at(self, taken: int, step: str, caller: "subprocess.Popen[str]") -> None:
        """Let ``caller`` die at ``step`` of the mail after the next ``taken`` ones."""
        self.caller = caller
        self.deadline = (self.taken.total() + taken, step)

    def _perhaps_kill(self, step: str) -> None:
        if self.deadline is None or self.caller is None:
            return
        after, at_step = self.deadline
        if self.taken.total() >= after and step == at_step:
            self.deadline = None
            self.caller.kill()
            self.caller.wait()

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._perhaps_kill("MAIL")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._perhaps_kill("RCPT")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the mail; the worst moment to die is before the sender hears about it."""
        self.taken[message_from_bytes(envelope.content)["Message-ID"]] += 1
        self._perhaps_kill("DATA")
        return "250 OK"


class OnFreePort(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextlib.contextmanager
def server(postbox: Postbox) -> Iterator[int]:
    """A real mail server on a free port."""
    controller = OnFreePort(postbox, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def sender(port: int, at: datetime.datetime) -> "subprocess.Popen[str]":
    """A process that sends what is due at ``at`` from the test's own database."""
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return subprocess.Popen(
        [sys.executable, "-c", SENDER, str(port), at.isoformat()],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for_the_database() -> None:
    """Until PostgreSQL has noticed that the killed sender's connection is gone."""
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            if not cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.1)")
    pytest.fail("the connection of the killed sender is still there")


def fill_the_outbox(at: datetime.datetime) -> set[str]:
    """Queue the mails; the Message-IDs under which they will arrive."""
    site = default_site()
    OutgoingMail.objects.bulk_create(
        OutgoingMail(
            site=site,
            recipient_key=f"{number:064d}",
            event=f"{number}:supported",
            template="supported",
            context={"title": "En bænk", "reference": "2026-00042", "url": site.root_url},
            to_email=f"borger{number}@example.dk",
            language="da",
            created_at=at,
            next_attempt_at=at,
        )
        for number in range(MAILS)
    )
    return {mail.message_id(row) for row in OutgoingMail.objects.select_related("site")}


def test_a_thousand_mails_outlive_their_sender():
    at = timezone.now()
    expected = fill_the_outbox(at)
    assert len(expected) == MAILS
    chance = random.Random()  # noqa: S311 (any moment will do)
    postbox = Postbox()
    with server(postbox) as port:
        for _life in range(KILLS):
            process = sender(port, at)
            step = chance.choice(STEPS)
            postbox.kill_at(chance.randrange(MAILS // (KILLS + 1)), step, process)
            process.communicate()
            assert process.returncode < 0
            wait_for_the_database()
            at += 2 * mail.LEASE
        last = sender(port, at)
        assert last.communicate()[0].split()[1] == "0"
    assert set(postbox.taken) == expected
    assert sum(count - 1 for count in postbox.taken.values()) <= TWICE_AT_MOST
    assert not OutgoingMail.objects.unsent().exists()
    assert not OutgoingMail.objects.exclude(to_email="").exists()
