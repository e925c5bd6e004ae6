"""One web process on one database; does what the lines on its standard input ask for.

``{"fill": 10000}`` fills the database, ``{"run": "list", "times": 10}`` answers that many
requests through Django's whole handler, the way a WSGI server would, and says what they cost.
"""

import io
import json
import os
import re
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO
from urllib.parse import urlencode

import django

TRANSACTION = re.compile(r"\s*(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)\b", re.IGNORECASE)
WHO = re.compile(r'"(django_session|auth_user|account_\w+)"')


class Worker:
    def __init__(self) -> None:
        from django.core.wsgi import get_wsgi_application

        self.application = get_wsgi_application()
        self.cases: dict[str, Callable[[], dict[str, object]]] = {}

    def fill(self, size: int) -> dict[str, object]:
        from bench import _data

        _data.fill(size)
        return {}

    def prepare(self) -> dict[str, object]:
        """Look up the addresses to ask for; returns the names of the cases."""
        from bench._cases import cases

        self.cases = cases(self)
        return {"cases": list(self.cases)}

    def get(self, path: str, **params: str) -> dict[str, object]:
        """The WSGI environment of an anonymous visitor's request."""
        return self.request("GET", path, query=urlencode(params))

    def request(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        form: dict[str, str] | None = None,
        cookies: dict[str, str] | None = None,
    ) -> dict[str, object]:
        body = urlencode(form or {}).encode()
        return {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path.encode().decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "HTTP_ACCEPT_LANGUAGE": "da",
            "HTTP_COOKIE": "; ".join(f"{k}={v}" for k, v in (cookies or {}).items()),
            "REMOTE_ADDR": "192.0.2.1",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded" if body else "",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    def answer(self, environ: dict[str, object]) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers, as a server gets them from the application."""
        said: list[object] = []
        response = self.application(environ, lambda status, headers: said.extend((status, headers)))
        try:
            body = b"".join(response)
        finally:
            response.close()
        return int(str(said[0])[:3]), body, dict(said[1])

    def count(self, name: str) -> dict[str, object]:
        """What one request does to the database, and whether its answer is what it should be."""
        statements: Counter[str] = Counter()

        def count(execute: Callable[..., object], sql: str, *rest: object) -> object:
            if TRANSACTION.match(sql):
                kind = "transaction"
            elif WHO.search(sql):
                kind = "who"
            else:
                kind = "frame" if is_for_the_frame() else "work"
            statements[kind] += 1
            return execute(sql, *rest)

        from django.db import connection

        case = self.cases[name]
        self.answer(case())
        with connection.execute_wrapper(count):
            status, body, headers = self.answer(case())
        return {
            "queries": statements["work"],
            "who": statements["who"],
            "frame": statements["frame"],
            "transaction": statements["transaction"],
            "status": status,
            "bytes": len(body),
            "cards": body.count(b'class="bd-card"'),
            "comments": body.count(b'<article class="bd-comment'),
            "cookie": "Set-Cookie" in headers,
        }

    def run(self, name: str, times: int) -> dict[str, object]:
        """Milliseconds a request: of this process, of PostgreSQL's, and by the clock."""
        if name == "insert":
            return self.insert(times)
        if name == "stored support":
            return self.store(times)
        case = self.cases[name]
        requests = [case() for _ in range(times)]
        server = server_clock()
        with clocks(server) as spent:
            for request in requests:
                self.answer(request)
        return {clock: 1000 * seconds / times for clock, seconds in spent.items()}

    def insert(self, times: int) -> dict[str, object]:
        """Bare INSERTs of a support, each with its own commit, through the driver alone."""
        from bench._cases import bare_inserts

        with bare_inserts(times) as (insert, pid), clocks(server_clock(pid)) as spent:
            for number in range(times):
                insert(number)
        return {clock: 1000 * seconds / times for clock, seconds in spent.items()}

    def store(self, times: int) -> dict[str, object]:
        """Supports by the action that requests call, each with its own commit."""
        from bench._cases import stored_supports

        store = stored_supports(times)
        with clocks(server_clock()) as spent:
            for number in range(times):
                store(number)
        return {clock: 1000 * seconds / times for clock, seconds in spent.items()}


def server_clock(pid: int | None = None) -> Callable[[], float] | None:
    """The processor time of the PostgreSQL process we talk to; None where we cannot see it."""
    if pid is None:
        from django.db import connection

        connection.ensure_connection()
        pid = connection.connection.info.backend_pid
    stat = Path(f"/proc/{pid}/schedstat")
    host = os.environ["DATABASE_URL"].partition("@")[2]
    if not stat.exists() or not host.lower().startswith("%2f"):
        return None
    return lambda: int(stat.read_text().split()[0]) / 1e9


@contextmanager
def clocks(server: Callable[[], float] | None) -> Iterator[dict[str, float]]:
    """Seconds that pass within: ``web`` (this process), ``database``, ``wall``.

    Where the server's process is out of sight, it is what we waited for.
    """
    spent: dict[str, float] = {}
    wall, web = time.perf_counter(), time.process_time()
    database = server() if server else 0.0
    yield spent
    spent["wall"] = time.perf_counter() - wall
    spent["web"] = time.process_time() - web
    spent["database"] = server() - database if server else spent["wall"] - spent["web"]


def is_for_the_frame() -> bool:
    """Whether the site's own template tags ask: its menu, which is the same on every page."""
    frame = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith("example_site.templatetags."):
            return True
        frame = frame.f_back
    return False


def new_token() -> str:
    """A secret of Django's protection against forged requests."""
    return secrets.token_hex(16)


def main(source: TextIO, sink: TextIO) -> None:
    django.setup()
    worker = Worker()
    for line in source:
        asked = json.loads(line)
        if "fill" in asked:
            told = worker.fill(asked["fill"])
        elif "prepare" in asked:
            told = worker.prepare()
        elif "count" in asked:
            told = worker.count(asked["count"])
        else:
            told = worker.run(asked["run"], asked["times"])
        print(json.dumps(told), file=sink, flush=True)


if __name__ == "__main__":
    # Whatever else is printed must not end up among the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    main(sys.stdin, answers)
