"""A web server that dies at work: what it has answered is kept, and counts agree with rows."""

import contextlib
import http.client
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tests.citizens import address
from wagtail_borgerdialog.contributions.actions import recount
from wagtail_borgerdialog.contributions.models import Support
from wagtail_borgerdialog.testing.factories import (
    ActivityFactory,
    ContributionFactory,
    ParticipantFactory,
    UserFactory,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROOT = Path(settings.BASE_DIR).parent
TOKEN = "t" * 32
LIVES = 3
ANSWERS_A_LIFE = 40
SERVER = """
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
server.set_app(application)
print(server.server_port, flush=True)
server.serve_forever()
"""


@contextlib.contextmanager
def server() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A web server on the test's own database, and its port; killed at the end."""
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Crowd:
    """People who each support one idea after another; knows which were answered."""

    def __init__(self, sessions: list[str], references: list[str]) -> None:
        self.sessions = sessions
        self.left = [list(references) for _ in sessions]
        self.answered = 0
        self.enough = threading.Event()
        self._lock = threading.Lock()

    def rush(self, port: int, *, stop_after: int, then: "subprocess.Popen[str] | None") -> None:
        """Support until ``stop_after`` more are answered, and kill ``then`` at that moment."""
        self.enough.clear()
        goal = self.answered + stop_after
        threads = [
            threading.Thread(target=self._support, args=[n, port, goal])
            for n in range(len(self.sessions))
        ]
        for thread in threads:
            thread.start()
        assert self.enough.wait(timeout=300)
        if then is not None:
            then.kill()
        for thread in threads:
            thread.join()

    def _support(self, number: int, port: int, goal: int) -> None:
        form = urlencode({"csrfmiddlewaretoken": TOKEN})
        headers = {
            "Cookie": f"sessionid={self.sessions[number]}; csrftoken={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        while self.left[number] and self.answered < goal + len(self.sessions):
            reference = self.left[number].pop()
            browser = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                browser.request("POST", address("support", reference), form, headers)
                assert browser.getresponse().status == 303
            except (OSError, http.client.HTTPException):
                self.left[number].insert(0, reference)  # nobody knows: try again in the next life
                return
            finally:
                browser.close()
            with self._lock:
                self.answered += 1
                if self.answered >= goal:
                    self.enough.set()
        self.enough.set()


def wait_for_the_database() -> None:
    """Until PostgreSQL has noticed that the killed server's connections are gone."""
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            if not cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.1)")
    pytest.fail("connections of the killed server are still there")


def test_counters_and_rows_agree_after_load_and_after_every_kill():
    activity = ActivityFactory()
    references = [
        idea.reference for idea in ContributionFactory.create_batch(25, activity=activity)
    ]
    sessions = []
    for user in UserFactory.create_batch(8, verified=True):
        browser = Client()
        browser.force_login(user)
        ParticipantFactory(user=user, email=user.email)
        sessions.append(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    crowd = Crowd(sessions, references)
    for _ in range(LIVES):
        with server() as (process, port):
            crowd.rush(port, stop_after=ANSWERS_A_LIFE, then=process)
        wait_for_the_database()
        assert recount(fix=False) == []
        assert Support.objects.filter(status="confirmed").count() >= crowd.answered
    with server() as (process, port):
        crowd.rush(port, stop_after=len(sessions) * len(references), then=None)
    wait_for_the_database()
    assert not any(crowd.left)
    assert recount(fix=False) == []
    assert Support.objects.filter(status="confirmed").count() == len(sessions) * len(references)
