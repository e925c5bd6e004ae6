#!/usr/bin/env python3
"""Run the project with nothing but Python and pip.

    python3 run.py demo [ADDR:PORT]   the example site with demo content (127.0.0.1:8000)
    python3 run.py test [ARGS]        every check; with ARGS: pytest ARGS on the latest Wagtail
    python3 run.py manage ARGS        a management command of the example site
    python3 run.py bench [NAME]       the benchmark, on PostgreSQL

Everything is installed and written under .borgerdialog/, which git ignores; remove that
folder to start afresh.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".borgerdialog"
TOOLS = ["uv>=0.9", "tox>=4.25", "tox-uv>=1.28"]
LATEST = "dj52-wt80-sqlite"
WINDOWS = os.name == "nt"


def main(args: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this may have an older one
        return fail("Python 3.11 or later is needed; this is " + sys.version.split()[0])
    command, *rest = args or [""]
    if command == "demo" and len(rest) < 2:
        return demo(*rest)
    if command == "test":
        return test(rest)
    if command == "manage":
        install_site()
        return manage_and_leave(rest)
    if command == "bench":
        return tox("run", "-e", "bench", "--", *rest)
    print(__doc__)
    return 0 if command in ("-h", "--help") else 2


def demo(address: str = "127.0.0.1:8000") -> int:
    install_site()
    os.environ.setdefault("WAGTAILADMIN_BASE_URL", f"http://{address}")
    return manage_and_leave(["load_demo", "--serve", "--address", address])


def test(args: list[str]) -> int:
    if not args:
        return tox("run")
    in_browser = any(arg.startswith("tests/e2e") for arg in args)
    return tox("run", "-e", "e2e" if in_browser else LATEST, "--", *args)


def install_site() -> None:
    print("Installing (the first time takes a minute or two) …", flush=True)
    if code := tox("run", "-q", "-q", "-e", "demo", "--notest"):
        raise SystemExit(code)


def tox(*args: str) -> int:
    python = private_venv()
    command = [str(python), "-m", "tox", "-c", str(ROOT / "tox.ini"), *args]
    try:
        return subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode
    except KeyboardInterrupt:
        return 130


def private_venv() -> Path:
    """Make the venv that holds tox and uv, unless it is there, and return its Python.

    ``--without-pip`` and ``pip --python`` need neither ensurepip, which Debian packs apart,
    nor leave to write into a Python that the system manages (PEP 668).
    """
    venv = HOME / "venv"
    python = interpreter(venv)
    wanted = "\n".join([*TOOLS, sys.version, sys.executable])
    stamp = venv / f"stamp-{hashlib.sha256(wanted.encode()).hexdigest()[:16]}"
    if stamp.exists():
        return python
    HOME.mkdir(exist_ok=True)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", *TOOLS]
    for command in ([sys.executable, "-m", "venv", "--without-pip", "--clear", str(venv)], pip):
        if subprocess.run(command, env=environment(), check=False).returncode:
            raise SystemExit(fail("Could not install the tools: " + " ".join(command)))
    stamp.touch()
    return python


def interpreter(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if WINDOWS else "bin/python")


def manage(args: list[str]) -> list[str]:
    python = interpreter(HOME / "tox" / "demo")
    return [str(python), str(ROOT / "example_site" / "manage.py"), *args]


def manage_and_leave(args: list[str]) -> int:
    """Become the command, so that Ctrl-C reaches it and nothing else."""
    command = manage(args)
    if WINDOWS:
        return subprocess.run(command, env=environment(), check=False).returncode
    os.execve(command[0], command, environment())


def environment() -> dict[str, str]:
    """What children get: uv trusts the certificates that the machine trusts."""
    own = {
        "EXAMPLE_SITE_VAR": str(HOME / "site"),
        "UV_SYSTEM_CERTS": "1",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
    }
    return own | os.environ


def fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
