import pytest


def test_axe_would_find_a_fault(live_server, page, axe_finds_nothing):
    page.goto(live_server.url)
    page.evaluate("document.documentElement.removeAttribute('lang')")
    with pytest.raises(AssertionError, match="html-has-lang"):
        axe_finds_nothing(page)


def test_the_front_page_fits_a_phone_without_javascript(no_javascript):
    no_javascript.goto("/")
    assert no_javascript.locator("h1").inner_text() == "Hjem"
    narrow = no_javascript.locator("html").bounding_box()
    assert narrow["width"] <= 320


def test_the_server_prints_no_foreign_request(live_server, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(live_server.url, wait_until="networkidle")
    assert asked
    assert all(url.startswith(live_server.url) for url in asked), asked
