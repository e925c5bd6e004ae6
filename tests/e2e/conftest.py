"""Browser tests: Debian's own Chromium, driven by Playwright, which downloads nothing.

Run on their own (``python3 run.py test tests/e2e``): Playwright keeps an event loop in the
thread, and Django then refuses the database to every other test in the process.
"""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
REQUIRED = os.environ.get("BORGERDIALOG_REQUIRE_E2E") == "1"

try:
    from axe_playwright_python.sync_playwright import Axe
except ImportError:  # a plain "pytest" without the dependency group e2e
    collect_ignore_glob = ["test_*.py"]

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A missing browser is a skip for a newcomer and a failure in CI."""
    if CHROMIUM:
        return
    reason = "no Chromium: apt-get install chromium"
    if REQUIRED:
        pytest.exit(reason, returncode=1)
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    args = ["--disable-dev-shm-usage"] + (["--no-sandbox"] if os.geteuid() == 0 else [])
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": args}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {**browser_context_args, "locale": "da-DK", "timezone_id": "Europe/Copenhagen"}


@pytest.fixture
def no_javascript(browser: "Browser", live_server) -> "Iterator[Page]":
    """A page of a phone, 320 px wide, with JavaScript switched off."""
    context = browser.new_context(
        java_script_enabled=False,
        viewport={"width": 320, "height": 640},
        locale="da-DK",
        base_url=live_server.url,
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def axe_finds_nothing() -> "Callable[[Page], None]":
    """Assert that axe-core finds no violation; the failure says what and where."""

    def check(page: "Page", *, within: str | None = None) -> None:
        found = Axe().run(page, context=within).response["violations"]
        assert not found, "\n".join(
            f"{page.url}: {one['id']}: {one['help']}: "
            + "; ".join(node["html"] for node in one["nodes"])
            for one in found
        )

    return check
