"""An empty database of its own for a test that runs real migrations in another process."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR).parent


@contextlib.contextmanager
def empty_database(folder: Path, *, name: str) -> Iterator[dict[str, str]]:
    """The environment for ``manage.py``; on PostgreSQL the database is dropped at the end."""
    environment = os.environ | {"EXAMPLE_SITE_VAR": str(folder)}
    if connection.vendor != "postgresql":
        yield environment
        return
    quoted = connection.ops.quote_name(name)
    url = urlsplit(os.environ["DATABASE_URL"])
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
        cursor.execute(f"CREATE DATABASE {quoted}")
    try:
        yield environment | {"DATABASE_URL": url._replace(path=f"/{name}").geturl()}
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {quoted}")


def manage(environment: dict[str, str], *args: str) -> str:
    """What the command printed. Fails the test, with all of it, if the command fails."""
    done = subprocess.run(
        [sys.executable, "example_site/manage.py", *args],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
