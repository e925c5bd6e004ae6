"""The style page and the account pages in a browser, in the ways that people read them."""

import re

import pytest
from playwright.sync_api import TimeoutError as TookTooLong
from playwright.sync_api import expect

STYLE_PAGES = ["/stilside/", "/stilside/fejl/", "/stilside/kvittering/"]
ACCOUNT_PAGES = [
    "/konto/login/",
    "/konto/signup/",
    "/konto/password/reset/",
    "/konto/inactive/",
    "/konto/social/login/cancelled/",
]
SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; "
    "word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"
)


def too_wide(page) -> bool:
    """Whether one has to scroll sideways, once the new letters are laid out."""
    try:
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=5000)
    except TookTooLong:
        return True
    return False


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", STYLE_PAGES)
def test_axe_finds_nothing_on_the_style_page(live_server, page, axe_finds_nothing, path, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(live_server.url + path)
    axe_finds_nothing(page)


@pytest.mark.parametrize("path", [*STYLE_PAGES, *ACCOUNT_PAGES])
def test_a_page_fits_320_px_also_with_big_text_or_wide_spacing(live_server, page, path):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live_server.url + path)
    assert not too_wide(page)
    fonts = page.context.new_cdp_session(page)
    fonts.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert not too_wide(page)
    fonts.send("Page.setFontSizes", {"fontSizes": {"standard": 16}})
    page.evaluate(
        "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
        " document.adoptedStyleSheets = [sheet] }",
        SPACING,
    )
    assert not too_wide(page)


def test_nothing_moves_for_those_who_asked_for_calm(live_server, page):
    page.emulate_media(reduced_motion="reduce")
    page.goto(live_server.url + "/stilside/")
    durations = page.evaluate(
        "[...document.querySelectorAll('.bd *')].map(e => getComputedStyle(e).transitionDuration)"
    )
    assert durations
    assert set(durations) == {"0s"}


def test_the_focus_is_seen_on_everything_that_takes_it(live_server, page):
    page.goto(live_server.url + "/stilside/")
    page.evaluate("document.activeElement.blur()")
    seen = 0
    for _ in range(80):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            """() => {
                const at = document.activeElement;
                if (!at || at === document.body || !at.closest(".bd")) return null;
                const own = getComputedStyle(at), after = getComputedStyle(at, "::after");
                const width = Math.max(
                    own.outlineStyle === "solid" ? parseFloat(own.outlineWidth) : 0,
                    after.outlineStyle === "solid" ? parseFloat(after.outlineWidth) : 0,
                );
                return [at.outerHTML.slice(0, 80), width];
            }"""
        )
        if ring:
            assert ring[1] >= 3, ring
            seen += 1
    assert seen > 40


def test_targets_are_large_enough_for_a_thumb(live_server, page):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live_server.url + "/stilside/")
    small = page.evaluate(
        """[...document.querySelectorAll(".bd-button, .bd-choice__label, .bd-pagination a, "
            + ".bd-field input:not([type=checkbox], [type=radio]), .bd-field select")]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44)
            .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_the_summary_of_errors_takes_the_focus_and_leads_to_the_field(live_server, page):
    page.goto(live_server.url + "/stilside/fejl/")
    assert re.match(r"(Fejl|Error):", page.title())
    expect(page.locator("[data-bd-error-summary]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#id_title")).to_be_focused()


def test_without_javascript_the_summary_takes_the_focus_too(no_javascript):
    no_javascript.goto("/stilside/fejl/")
    expect(no_javascript.locator("[data-bd-error-summary]")).to_be_focused()


def test_without_javascript_nothing_that_needs_it_shows(no_javascript):
    no_javascript.goto("/stilside/")
    expect(no_javascript.locator("[data-bd-copy]")).to_be_hidden()
    expect(no_javascript.locator("[data-bd-keep]")).to_be_hidden()
    expect(no_javascript.locator("#id_body_count")).to_contain_text("2.000")


def test_characters_are_counted_as_the_server_counts_them(live_server, page):
    page.goto(live_server.url + "/stilside/")
    counter = page.locator("#id_body_count")
    page.fill("#id_body", "x" * 1998 + "🙂")
    assert counter.inner_text().startswith("1 ")
    page.fill("#id_body", "x" * 2002)
    assert counter.inner_text().startswith("2 ")
    expect(counter).to_have_class(re.compile("--over"))


def test_what_is_typed_survives_leaving_the_page_until_the_receipt(live_server, page):
    page.goto(live_server.url + "/stilside/")
    page.fill("#id_title", "Bænke ved hallen")
    page.check("#id_name_display_1")
    page.wait_for_timeout(600)
    page.goto(live_server.url + "/konto/login/")
    page.goto(live_server.url + "/stilside/")
    expect(page.locator("#id_title")).to_have_value("Bænke ved hallen")
    expect(page.locator("#id_name_display_1")).to_be_checked()
    expect(page.locator("[data-bd-keep]")).to_be_visible()
    page.goto(live_server.url + "/stilside/kvittering/")
    page.goto(live_server.url + "/stilside/")
    expect(page.locator("#id_title")).to_have_value("")
    expect(page.locator("[data-bd-keep]")).to_be_hidden()


def test_one_can_start_over_instead(live_server, page):
    page.goto(live_server.url + "/stilside/")
    page.fill("#id_title", "Bænke")
    page.wait_for_timeout(600)
    page.reload()
    page.click("[data-bd-keep-discard]")
    expect(page.locator("#id_title")).to_have_value("")
    page.reload()
    expect(page.locator("#id_title")).to_have_value("")


def test_a_password_is_never_kept(live_server, page):
    page.goto(live_server.url + "/stilside/")
    page.evaluate(
        """() => {
            const field = document.createElement("input");
            Object.assign(field, { type: "password", name: "p" });
            document.querySelector("#id_title").form.append(field);
        }"""
    )
    page.fill("[name=p]", "hemmeligt")
    page.fill("#id_title", "Bænke")
    page.wait_for_timeout(600)
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert "Bænke" in kept
    assert "hemmeligt" not in kept


def test_a_double_click_sends_once(live_server, page):
    page.goto(live_server.url + "/stilside/")
    sent = []

    def answer_nothing(route):
        sent.append(route.request.method)
        route.fulfill(status=204)

    page.route("**/stilside/", answer_nothing)
    button = page.get_by_role("button", name="Læs igennem og send")
    button.dblclick(no_wait_after=True)
    page.wait_for_timeout(300)
    assert sent == ["POST"]
    expect(button).to_have_attribute("aria-disabled", "true")


def test_similar_things_appear_while_one_writes(live_server, page):
    page.goto(live_server.url + "/stilside/")
    page.locator("#id_title").press_sequentially("Bænke ved <b>hallen</b>")
    similar = page.locator("#similar")
    expect(similar.get_by_role("link", name="Bænke langs fjordstien")).to_be_visible()
    expect(similar).to_contain_text("<b>hallen</b>")
    expect(similar).to_have_attribute("aria-live", "polite")
    page.fill("#id_title", "")
    expect(similar).to_be_empty()


def test_the_whole_card_is_one_link(live_server, page):
    page.goto(live_server.url + "/stilside/")
    page.locator(".bd-card").first.click(position={"x": 20, "y": 20})
    assert page.url.endswith("#1")


def test_the_print_says_what_it_is_and_where_from(live_server, page):
    page.emulate_media(media="print")
    page.goto(live_server.url + "/stilside/")
    expect(page.locator(".bd-print-head")).to_be_visible()
    expect(page.locator(".bd-print-head")).to_contain_text("2026-00042")
    expect(page.locator(".bd-filter")).to_be_hidden()
