"""The promises of the look that a machine can check; docs/ has the pictures for the rest."""

import gzip
import re
from pathlib import Path

import pytest

import wagtail_borgerdialog

PACKAGE = Path(wagtail_borgerdialog.__file__).parent
STATIC = PACKAGE / "static" / "wagtail_borgerdialog"
CSS = (STATIC / "borgerdialog.css").read_text(encoding="utf-8")
TEMPLATES = sorted(
    [*PACKAGE.glob("templates/**/*.html"), *PACKAGE.glob("allauth_templates/**/*.html")]
)
# A mail has no stylesheet to link to, and no page whose policy it could break.
MAIL_LAYOUT = PACKAGE / "templates/wagtail_borgerdialog/layouts/mail.html"

TEXT, UI = 4.5, 3.0
PAIRS = [
    ("text", "surface", 7.0),
    ("text", "surface-raised", TEXT),
    ("muted", "surface", TEXT),
    ("muted", "surface-raised", TEXT),
    ("action", "surface", 7.0),
    ("action", "surface-raised", TEXT),
    ("action", "action-soft", TEXT),
    ("action-hover", "surface", TEXT),
    ("action-text", "action", TEXT),
    ("action-text", "action-hover", TEXT),
    ("text", "action-soft", TEXT),
    ("bad", "surface", TEXT),
    ("line-strong", "surface", UI),
    ("line-strong", "surface-raised", UI),
    ("focus", "surface", UI),
    ("focus", "surface-raised", UI),
    ("good", "surface", UI),
    *[(tone, f"{tone}-soft", TEXT) for tone in ("good", "warn", "bad", "info")],
    *[("text", f"{tone}-soft", TEXT) for tone in ("good", "warn", "bad", "info")],
]


def tokens(scheme: str) -> dict[str, str]:
    plain = dict(re.findall(r"--bd-([\w-]+):\s*(#[0-9a-f]{6});", CSS))
    paired = {
        name: {"light": light, "dark": dark}
        for name, light, dark in re.findall(
            r"--bd-([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", CSS
        )
    }
    assert plain, "no colours found in the stylesheet"
    assert plain == {name: pair["light"] for name, pair in paired.items()}
    return plain if scheme == "light" else {name: pair["dark"] for name, pair in paired.items()}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, of "#rrggbb"."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_that_meet_can_be_told_apart(scheme, front, back, least):
    colours = tokens(scheme)
    assert contrast(colours[front], colours[back]) >= least


def test_every_custom_property_used_is_defined():
    used = set(re.findall(r"var\((--bd-[\w-]+)", CSS))
    defined = set(re.findall(r"(--bd-[\w-]+)\s*:", CSS))
    assert used - defined == set()


def test_all_rules_are_in_one_layer_so_that_a_site_can_override_them():
    without_comments = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL).strip()
    assert without_comments.startswith("@layer borgerdialog {")
    depth = 0
    for position, character in enumerate(without_comments):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if position and depth == 0 and character == "}":
            assert position == len(without_comments) - 1, "something follows the layer"


@pytest.mark.parametrize("name", ["borgerdialog.css", "borgerdialog.js"])
def test_a_phone_downloads_at_most_20_kb_of_each(name):
    assert len(gzip.compress((STATIC / name).read_bytes(), 6)) <= 20_000


def test_neither_style_nor_script_asks_anybody_else():
    script = (STATIC / "borgerdialog.js").read_text(encoding="utf-8")
    assert not re.search(r"https?://|@import|url\(", CSS)
    assert not re.search(r"https?://|innerHTML|insertAdjacentHTML|eval\(|\.style\b", script)


FORBIDDEN = {
    "inline style": r"\sstyle\s*=|<style",
    "inline event handler": r"<[^>]*\son[a-z]+\s*=",
    "inline script": r"<script(?![^>]*\ssrc=)",
    "javascript: address": r"javascript:",
    "unescaped output": r"\|\s*safe\b|autoescape off|safeseq",
}


def body(template: Path) -> str:
    text = template.read_text(encoding="utf-8")
    return re.sub(r"{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)


def test_there_are_templates_to_look_at():
    assert len(TEMPLATES) > 60


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_template_is_clean(template, what):
    if template == MAIL_LAYOUT and what == "inline style":
        assert "style=" not in body(template)
        return
    assert not re.search(FORBIDDEN[what], body(template), flags=re.IGNORECASE)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_check_would_find_it(what):
    samples = {
        "inline style": '<p style="color: red">',
        "inline event handler": '<button type="button" onclick="x()">',
        "inline script": "<script>x()</script>",
        "javascript: address": '<a href="javascript:x()">',
        "unescaped output": "{{ text|safe }}",
    }
    assert re.search(FORBIDDEN[what], samples[what])


def test_templates_stay_in_our_namespace():
    for found in PACKAGE.glob("templates/*"):
        assert found.name == "wagtail_borgerdialog"


def test_every_element_says_what_it_takes():
    for element in (PACKAGE / "templates/wagtail_borgerdialog/elements").glob("*.html"):
        assert "{% comment %}" in element.read_text(encoding="utf-8"), element.name


def test_every_class_in_an_element_is_ours_and_drawn():
    drawn = set(re.findall(r"\.(bd-[\w-]+)", CSS))
    hooks = {"bd-copy", "bd-steps", "bd-receipt__steps"}
    for element in (PACKAGE / "templates/wagtail_borgerdialog/elements").glob("*.html"):
        for names in re.findall(r'class="([^"{]+)"', body(element)):
            for name in names.split():
                assert name.startswith("bd-"), f"{element.name}: {name}"
                block = name.split("__")[0].split("--")[0]
                assert name in drawn | hooks or block in {n.split("__")[0] for n in drawn}, (
                    f"{element.name}: {name}"
                )
