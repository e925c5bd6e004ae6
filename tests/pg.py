"""Run a command against a PostgreSQL that lives as long as the command.

    python tests/pg.py COMMAND [ARGS]

With ``DATABASE_URL`` set, that server is used. Otherwise a throw-away cluster is made from
the machine's own PostgreSQL, in a temporary folder, reachable over a socket only. The
server refuses to run as root; then it runs as the user ``postgres``.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

# Nothing here outlives the command, so there is nothing to make safe against a power cut.
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
OPTIONS = ["listen_addresses=", "shared_buffers=256MB", "max_connections=100", *FAST]


def binaries() -> Path | None:
    """The folder with ``initdb`` and ``postgres``: newest of Debian's, else on the PATH."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    initdb = found[-1] if found else shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def owner() -> str | None:
    """The user to run the server as; None is whoever we are."""
    return "postgres" if os.geteuid() == 0 else None


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """A running server in a folder; yields its URL without the name of a database.

    Raises ``RuntimeError`` with the server's own words if it does not start.
    """
    programs = binaries()
    if programs is None:
        message = "no PostgreSQL found: apt-get install postgresql, or set DATABASE_URL"
        raise RuntimeError(message)
    user = owner()
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    data, log = folder / "data", folder / "log"
    initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    made = subprocess.run(
        [*initdb, "--locale=C.UTF-8", "--no-sync"],
        user=user,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise RuntimeError(made.stderr)
    options = [part for option in OPTIONS for part in ("-c", option)]
    with log.open("w") as output:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *options],
            user=user,
            cwd=folder,
            stdout=output,
            stderr=output,
            # Ctrl-C is for the tests; we stop the server when they are done.
            start_new_session=True,
        )
    try:
        ready = [programs / "pg_isready", "-q", "-h", folder]
        until = time.monotonic() + 30
        while subprocess.run(ready, check=False).returncode:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(log.read_text())
            time.sleep(0.1)
        yield f"postgres://postgres@{quote(str(folder), safe='')}"
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return subprocess.run(command, check=False).returncode
    if binaries() is None and os.environ.get("BORGERDIALOG_REQUIRE_POSTGRES") != "1":
        print("SKIPPED: no PostgreSQL (apt-get install postgresql, or set DATABASE_URL)")
        return 0
    # A terminated wrapper must still stop its server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="bd-pg-"))
    try:
        with cluster(folder) as url:
            environment = os.environ | {"DATABASE_URL": f"{url}/postgres"}
            return subprocess.run(command, env=environment, check=False).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
