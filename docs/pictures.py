"""Make the pictures of the documentation in a browser: ``tox -e pictures``.

    python docs/pictures.py         starts a demo of its own, and stops it afterwards
    python docs/pictures.py URL     uses the demo that answers at URL, freshly loaded

Needs Playwright, Pillow and Chromium (or ``CHROMIUM=/path/to/it``).
"""

import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

DOCS = Path(__file__).resolve().parent
IMAGES = DOCS / "images"
PASSWORD = "kun-til-demo"  # noqa: S105 - as load_demo prints it
PHONE, DESK = (320, 640), (1280, 860)
MOST_BYTES = 1_500_000
PATIENCE = 300


def front(page: Page) -> None:
    page.goto("/")


def ideas(page: Page) -> None:
    page.goto("/borgermillionen/")


def cards(page: Page) -> None:
    page.goto("/borgermillionen/#ideas")


def idea(page: Page) -> None:
    page.goto("/borgermillionen/?sort=supported")
    page.locator(".bd-card__link").first.click()


def talk(page: Page) -> None:
    idea(page)
    page.goto(f"{page.url}#timeline")


def proposal(page: Page) -> None:
    page.goto("/borgerforslag/")
    page.locator(".bd-card__link").last.click()


def share(page: Page) -> None:
    ideas(page)
    page.locator(".bd-actions .bd-button--primary").first.click()
    write(page)


def check(page: Page) -> None:
    share(page)
    page.locator("main form[method=post] button[type=submit]").last.click()
    page.wait_for_load_state()


def support(page: Page) -> None:
    idea(page)
    page.locator(".bd-panel .bd-button--primary").click()


def queue(page: Page) -> None:
    sign_in(page)
    page.goto("/admin/participation/ideas/?visibility=pending")


def dashboard(page: Page) -> None:
    sign_in(page)
    page.goto("/admin/")


def case(page: Page) -> None:
    queue(page)
    page.locator("main table tbody a").first.click()


def write(page: Page) -> None:
    """Fill in the form as a citizen would."""
    page.fill("[name=title]", "Et bord til skak under lindetræet")
    page.fill(
        "[name=body]",
        "På torvet i Åkilde står et lindetræ med skygge, og der sidder altid nogen. Sæt et bord "
        "op med et skakbræt i pladen. Så kan gamle og unge mødes om noget.",
    )
    page.fill("[name=name]", "Karen Lindetoft")
    page.fill("[name=email]", "karen.lindetoft@example.dk")
    page.evaluate("scrollTo(0, 0)")


def sign_in(page: Page) -> None:
    page.goto("/admin/login/")
    page.fill("[name=username]", "moderator@example.dk")
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto("/admin/")  # without the greeting


Scene = Callable[[Page], None]
ON_BOTH: dict[str, Scene] = {
    "front": front,
    "list": ideas,
    "cards": cards,
    "idea": idea,
    "timeline": talk,
    "proposal": proposal,
    "share": share,
    "check": check,
    "support": support,
}
AT_THE_DESK: dict[str, Scene] = {"dashboard": dashboard, "queue": queue, "case": case}


def take(browser: Browser, url: str, name: str, scene: Scene, size: tuple[int, int]) -> int:
    """Save one picture as WebP; returns its size in bytes."""
    width, height = size
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        device_scale_factor=2 if size == PHONE else 1,
        locale="da-DK",
        timezone_id="Europe/Copenhagen",
        color_scheme="light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    scene(page)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur()")
    path = IMAGES / f"{name}-{width}.webp"
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.save(path, "WEBP", quality=80, method=6)
    context.close()
    return path.stat().st_size


@contextlib.contextmanager
def demo() -> Iterator[str]:
    """A demo of our own, in a folder and on a port that nobody uses."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        free.close()
        manage = [sys.executable, str(DOCS.parent / "example_site" / "manage.py")]
        server = subprocess.Popen(  # noqa: S603 - our own command
            [*manage, "load_demo", "--serve", "--address", address],
            env=os.environ | {"EXAMPLE_SITE_VAR": folder, "EXAMPLE_SITE_DEBUG": "1"},
        )
        try:
            wait_for(f"http://{address}/", server)
            yield f"http://{address}"
        finally:
            server.terminate()
            server.wait()


def wait_for(url: str, server: subprocess.Popen) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=10).close()  # noqa: S310 - our own server
            return
        time.sleep(0.5)
    raise SystemExit("The demo does not answer.")


def main(url: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--disable-dev-shm-usage", "--no-sandbox", "--hide-scrollbars"],
        )
        total = sum(
            take(browser, url, name, scene, size)
            for scenes, sizes in ((ON_BOTH, (PHONE, DESK)), (AT_THE_DESK, (DESK,)))
            for name, scene in scenes.items()
            for size in sizes
        )
        browser.close()
    print(f"{len(list(IMAGES.glob('*.webp')))} pictures, {total // 1000} KB")
    if total > MOST_BYTES:
        raise SystemExit(f"More than {MOST_BYTES // 1000} KB: that is too much for a repository.")


if __name__ == "__main__":
    with contextlib.ExitStack() as stack:
        main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else stack.enter_context(demo()))
