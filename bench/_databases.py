"""Databases of their own on the server of ``DATABASE_URL``, made and dropped again."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent


def server_url() -> str:
    """The server to measure on. Raises ``RuntimeError`` where it is not PostgreSQL."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith(("postgres://", "postgresql://")):
        raise RuntimeError("set DATABASE_URL to a PostgreSQL, or start with 'python3 run.py bench'")
    return url


def url_of(name: str) -> str:
    """``DATABASE_URL`` with another database."""
    return urlsplit(server_url())._replace(path=f"/{name}").geturl()


def connect(name: str = "") -> psycopg.Connection:
    """A connection of our own, each statement its own transaction."""
    return psycopg.connect(url_of(name) if name else server_url(), autocommit=True)


@contextlib.contextmanager
def databases(*names: str) -> Iterator[list[dict[str, str]]]:
    """An environment for each name, on a migrated empty database of that name."""
    first, *others = names
    with tempfile.TemporaryDirectory(prefix="bd-bench-") as folder, connect() as server:
        environments = [_environment(name, folder) for name in names]
        try:
            _drop(server, names)
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(first)))
            manage(environments[0], "migrate", "-v0")
            for name in others:
                server.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                        sql.Identifier(name), sql.Identifier(first)
                    )
                )
            yield environments
        finally:
            _drop(server, names)


def _drop(server: psycopg.Connection, names: tuple[str, ...]) -> None:
    for name in names:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _environment(name: str, folder: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": url_of(name),
        "DJANGO_SETTINGS_MODULE": "bench._settings",
        "EXAMPLE_SITE_VAR": folder,
        "EXAMPLE_SITE_DEBUG": "0",
    }


def manage(environment: dict[str, str], *args: str) -> str:
    """What the management command prints. Raises ``RuntimeError`` with all of it if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "django", *args],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout
