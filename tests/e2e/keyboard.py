"""Somebody without JavaScript, without a mouse, on a phone of 320 px, in forced colours."""

import dataclasses
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.core import mail
from playwright.sync_api import Browser, Page

WIDTH = 320
Answer = str | bool

# Keys in the addresses of links and receipts differ from person to person; the page does not.
_KEYS = re.compile(r"(/link/[\w-]+/|/tak/|/thanks/)[^/]+/")

FACTS = """() => ({
    language: document.documentElement.lang,
    title: document.title,
    headings: [...document.querySelectorAll("h1")].map(h => h.innerText.trim()),
    width: document.documentElement.scrollWidth,
    isForced: matchMedia("(forced-colors: active)").matches,
    borderless: [...document.querySelectorAll(
        ".bd .bd-button, .bd input:not([type=hidden]), .bd select, .bd textarea, "
        + ".bd progress, .bd-tag")]
        .filter(e => e.checkVisibility() && !e.closest(".bd-honeypot"))
        .filter(e => {
            const style = getComputedStyle(e);
            return style.borderTopStyle === "none" || parseFloat(style.borderTopWidth) < 1;
        })
        .map(e => e.outerHTML.slice(0, 120)),
})"""

FOCUS = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    const own = getComputedStyle(at), after = getComputedStyle(at, "::after");
    const ring = Math.max(...[own, after].map(
        style => style.outlineStyle === "solid" ? parseFloat(style.outlineWidth) : 0));
    const box = at.getBoundingClientRect();
    const group = at.type === "radio" ? at.closest("fieldset").querySelector("legend") : null;
    const label = group || (at.labels && at.labels[0]);
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return {
        tag: at.tagName.toLowerCase(),
        type: at.type || "",
        name: (label ? label.innerText : at.ariaLabel || at.innerText).trim().replace(/\\s+/g, " "),
        value: at.value || "",
        isOurs: Boolean(at.closest(".bd")),
        isInForm: Boolean(at.closest("form.bd-form")),
        isSummary: at.hasAttribute("data-bd-error-summary"),
        isHidden: Boolean(hit && !at.contains(hit) && !hit.contains(at)),
        ring,
        x: box.x,
        y: box.y + scrollY,
    };
}"""


@dataclasses.dataclass(frozen=True)
class Stop:
    """Where the Tab key has come to."""

    tag: str
    type: str
    name: str
    value: str
    isOurs: bool
    isInForm: bool
    isSummary: bool
    isHidden: bool
    ring: float
    x: float
    y: float

    @property
    def is_button(self) -> bool:
        return self.tag == "button"


class KeyboardVisitor:
    """Reads pages and presses keys. Every page it comes to is held to what holds for all."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._titles: dict[str, tuple[str, str]] = {}

    # -- Reading

    def open(self, path: str) -> None:
        response = self.page.goto(path)
        assert response is not None
        assert response.ok, f"{path}: {response.status}"
        self._arrive()

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def title(self) -> str:
        return self.page.title()

    @property
    def words(self) -> str:
        """All that the page says, on one line."""
        return " ".join(self.page.locator(".bd").inner_text().split())

    def reads(self, *sentences: str) -> None:
        """Assert that the page says each of ``sentences``."""
        words = self.words
        for sentence in sentences:
            assert sentence in words, f"{sentence!r} is not in {words!r}"

    def reads_nothing_of(self, *sentences: str) -> None:
        words = self.words
        for sentence in sentences:
            assert sentence not in words, f"{sentence!r} is in {words!r}"

    def open_mail(self, to: str, *, subject: str, link: str) -> None:
        """Open the last mail to ``to`` and in it the address that has ``link`` in it."""
        sent = [message for message in mail.outbox if message.to == [to]]
        about = [message for message in sent if message.subject.startswith(subject)]
        assert about, [message.subject for message in sent]
        message = about[-1]
        (found,) = set(re.findall(rf"https?://[^/\s]+(/\S*{link}\S*)", message.body))
        self.open(found)

    # -- Pressing

    def follow(self, name: str) -> None:
        """Reach the link ``name`` of the page with the Tab key, and follow it."""
        for stop in self._tab():
            if stop.tag == "a" and stop.isOurs and stop.name.startswith(name):
                with self._goes_on():
                    self.page.keyboard.press("Enter")
                return
        raise AssertionError(f"The Tab key does not reach {name!r} on {self.page.url}.")

    def fill(self, typed: dict[str, Answer | list[Answer]] | None = None, *, press: str) -> None:
        """Walk through the form from its first stop to its last, a button, and press ``press``.

        ``typed`` says what to answer, by the beginning of the label; a list answers questions
        with the same label, in order.
        """
        waiting = {
            label: list(said) if isinstance(said, list) else [said]
            for label, said in (typed or {}).items()
        }
        stops: list[Stop] = []
        for stop in self._tab():
            if not stop.isInForm:
                if stops:
                    break
                continue
            stops.append(stop)
            label = next((one for one in waiting if stop.name.startswith(one)), "")
            if waiting.get(label):
                self._answer(stop, waiting[label].pop(0))
        missed = [label for label, left in waiting.items() if left]
        assert not missed, f"The Tab key does not reach {missed}."
        assert stops, f"The Tab key does not reach the form on {self.page.url}."
        assert stops[-1].is_button, [stop.name for stop in stops]
        for one, other in itertools.pairwise(stops):
            is_below = other.y > one.y - 1
            assert is_below or other.x > one.x, f"{other.name!r} is above {one.name!r}"
        # Past either end of the page the focus rests once outside it.
        for _number in range(len(stops) + 1):
            self.page.keyboard.press("Shift+Tab")
            stop = self._stop()
            if stop is not None and stop.is_button and stop.name == press:
                break
        else:
            names = [stop.name for stop in stops]
            raise AssertionError(f"There is no {press!r} on {self.page.url} among {names}.")
        with self._goes_on():
            self.page.keyboard.press("Enter")

    def corrects(self, *messages: str) -> None:
        """The form came back with ``messages``: the summary has the focus and leads to a field."""
        assert self.title.startswith("Fejl:")
        summary = self._stop()
        assert summary.isSummary
        self.reads("Der er noget, du skal rette", *messages)
        self.page.keyboard.press("Tab")
        link = self._stop()
        assert link.tag == "a"
        self.page.keyboard.press("Enter")
        field = self._stop()
        assert field.tag in {"input", "textarea", "select"}
        assert link.name.startswith(field.name.removesuffix(" (frivilligt)"))

    # -- Inside

    def _arrive(self) -> None:
        facts = self.page.evaluate(FACTS)
        url = self.page.url
        assert facts["isForced"]
        assert facts["language"] == "da", url
        assert len(facts["headings"]) == 1, f"{url}: {facts['headings']}"
        assert facts["headings"][0], url
        assert facts["width"] <= WIDTH, f"{url} is {facts['width']} px wide"
        assert not facts["borderless"], f"{url}: {facts['borderless']}"
        path = _KEYS.sub(r"\1", url.split("?")[0].split("#")[0])
        place = (path, facts["headings"][0])
        assert self._titles.setdefault(facts["title"], place) == place, (
            f"{facts['title']!r} is the title of {place} and {self._titles[facts['title']]}"
        )

    @contextmanager
    def _goes_on(self) -> Iterator[None]:
        with self.page.expect_navigation():
            yield
        self._arrive()

    def _tab(self) -> Iterator[Stop]:
        """Say where the focus is, press Tab, and so on, until it leaves the page."""
        if self.page.evaluate("document.activeElement === document.body"):
            self.page.keyboard.press("Tab")
            assert self._stop().name == "Gå til indholdet"
            self.page.keyboard.press("Enter")
        for _number in range(120):
            stop = self._stop()
            if stop is None:
                return
            if stop.isOurs and not stop.isSummary:
                assert stop.ring >= 3, f"No ring around {stop.name!r} on {self.page.url}"
                assert not stop.isHidden, f"{stop.name!r} is covered on {self.page.url}"
            yield stop
            self.page.keyboard.press("Tab")
        raise AssertionError(f"The Tab key does not come out of {self.page.url}.")

    def _stop(self) -> Stop | None:
        found = self.page.evaluate(FOCUS)
        return Stop(**found) if found else None

    def _answer(self, stop: Stop, answer: Answer) -> None:
        if answer is True:
            assert stop.type == "checkbox", stop
            self.page.keyboard.press("Space")
            return
        if stop.value and stop.tag != "select":
            self.page.keyboard.press("Control+A")
        self.page.keyboard.type(str(answer))


@contextmanager
def keyboard_visitor(browser: Browser, *, base_url: str) -> Iterator[KeyboardVisitor]:
    """A visitor with a browser profile of their own."""
    context = browser.new_context(
        java_script_enabled=False,
        viewport={"width": WIDTH, "height": 640},
        forced_colors="active",
        reduced_motion="reduce",
        locale="da-DK",
        timezone_id="Europe/Copenhagen",
        base_url=base_url,
    )
    try:
        yield KeyboardVisitor(context.new_page())
    finally:
        context.close()
