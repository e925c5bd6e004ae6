import unicodedata

import pytest
from django import forms
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from wagtail_borgerdialog.form_fields import PlainLineField, PlainTextField
from wagtail_borgerdialog.text import (
    clean_line,
    clean_query,
    clean_text,
    excerpt,
    has_text,
    render_plain_text,
    strip_unsafe,
)

# Everything Python can hold, lone surrogates included, with the awkward parts made likely.
anything = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from(
            " \t\r\n\x00\x07\x85\u2028\u202e\u200b\u200d\u0301\u0323\u05bc\ud800\ufeff<&"
        ),
        st.sampled_from("aå1.\u0958\ufb2c\u1fa7\U0001f468\U0001f3f4\U000e0067\U000e007f"),
    ),
    max_size=60,
)

REAL_TEXTS = [
    "Rød grød med fløde, æbler og blåbær på Østergade 5²",
    "Nguyễn Thị Hồng, Đà Nẵng",
    "ᾧ ἄνθρωποι",
    "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים",
    "السَّلَامُ عَلَيْكُمْ",
    "می‌خواهم",  # ZWNJ in Persian
    "नमस्ते क्‍ष",  # ZWJ in Hindi
    "བསྒྲུབས་པའི་རྫོགས་ཆེན",
    "สวัสดีครับ น้ำ",
    "ကျေးဇူးတင်ပါတယ်",
    "ខ្ញុំ​ស្រលាញ់",  # zero-width spaces between words in Khmer
    "中文，日本語、한국어",
    "👨‍👩‍👧‍👦 👍🏽 🇩🇰 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ❤️ 3️⃣",
]


# -- Cleaning


@pytest.mark.parametrize("text", REAL_TEXTS)
def test_real_languages_and_emoji_are_left_alone(text):
    assert clean_text(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("text", [text for text in REAL_TEXTS if "\u200b" not in text])
def test_they_are_left_alone_in_titles_too(text):
    assert clean_line(text) == unicodedata.normalize("NFC", text)


def test_letters_typed_in_parts_become_one():
    assert clean_line("A\u030arhus") == "Århus"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("En\x00 bænk\x07", "En bænk"),
        ("sikker\u202egnp.exe\u202c", "sikkergnp.exe"),
        ("\u2066skjult\u2069", "skjult"),
        ("\ud800halv\udfff", "halv"),
        ("\ufeffmærke", "mærke"),
        ("to\tspalter", "to spalter"),
        ("to\r\nlinjer", "to linjer"),
        ("to\u2028linjer", "to linjer"),
        ("  rum \u00a0 imellem  ", "rum imellem"),
        ("usyn\u200blig", "usynlig"),
        ("hemmelig\U000e0068\U000e0065\U000e006a", "hemmelig"),
        ("\x85\x9f", ""),
        ("", ""),
    ],
)
def test_a_line_loses_what_only_harms(typed, kept):
    assert clean_line(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("et\r\nto\rtre", "et\nto\ntre"),
        ("et\n\n\n\n\n\nto", "et\n\nto"),
        ("et\n \u200b \n\t\n\u3000\nto", "et\n\nto"),
        ("  \n et   \n", "et"),
        ("a\tb", "a\tb"),
        ("side\x0cskift", "side\nskift"),
    ],
)
def test_a_text_keeps_its_paragraphs_and_no_more(typed, kept):
    assert clean_text(typed) == kept


def test_piled_up_accents_are_cut_to_what_a_language_can_need():
    piled = "b" + "".join(chr(mark) for mark in range(0x0300, 0x0340)) + "ænk"
    cleaned = clean_line(piled)
    assert cleaned.endswith("ænk")
    assert sum(unicodedata.combining(char) > 0 for char in cleaned) <= 5


def test_joiners_and_repetition_do_not_let_accents_pile_up():
    assert len(clean_line("b" + "\u0301\u200d" * 500)) < 20
    assert len(clean_line("ส" + "\u0e49" * 500)) < 5


@given(anything)
def test_cleaning_twice_changes_nothing_more(value):
    for clean in (clean_line, clean_text, clean_query):
        assert clean(clean(value)) == clean(value)


@given(anything)
def test_what_is_left_can_be_stored_and_sent_anywhere(value):
    line, text = clean_line(value), clean_text(value)
    for cleaned in (line, text):
        cleaned.encode("utf-8")
        assert unicodedata.is_normalized("NFC", cleaned)
        assert not any(
            unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t" for char in cleaned
        )
        assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert "\n" not in line
    assert "\t" not in line
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    ("piece", "line", "text"),
    [
        ("å", "å", "å"),
        ("\n", " ", "\n\n"),
        ("a \n", "a ", "a\n"),
        ("\u200b\n", " ", "\u200b\n\n"),
        (" ", " ", " "),
    ],
)
def test_a_long_text_is_cleaned_to_its_end(piece, line, text):
    """What hostile lengths cost is measured by the benchmark ``hostile``."""
    value = "x" + piece * 30_000 + "y"
    assert clean_line(value).startswith("x" + line)
    assert clean_line(value).endswith("y")
    assert clean_text(value).startswith("x" + text)
    assert clean_text(value).endswith("y")


# -- Is there anything to read?


@pytest.mark.parametrize("value", ["a", "7", "Ø", "中", "👍", "…og så a"])
def test_letters_digits_and_emoji_are_text(value):
    assert has_text(value)


@pytest.mark.parametrize(
    "value", ["", " ", "...", "\u200b", "\u3164", "\u2800", "\u200d\u0301", "!?"]
)
def test_marks_alone_and_blank_letters_are_not(value):
    assert not has_text(value)


# -- Searching


def test_a_search_is_cut_to_twelve_words_and_a_hundred_characters():
    assert clean_query("bænk " * 200) == " ".join(["bænk"] * 12)
    assert len(clean_query("b" * 5000)) == 100
    assert clean_query(" cykelsti\x00 \n ved havnen ") == "cykelsti ved havnen"
    assert clean_query("\ud800\u202e") == ""


# -- Showing


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        'https://example.dk/"onmouseover="alert(1)',
        "https://example.dk/'onmouseover='alert(1)",
        "https://example.dk/<script>",
        "ftp://example.dk/a",
        "{{ 7*7 }} {% csrf_token %}",
    ],
)
def test_nothing_typed_becomes_markup(value):
    html = render_plain_text(value)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    tags = html.replace('<p dir="auto">', "").replace("</p>", "").replace("<wbr>", "")
    assert tags.count("<") == 2 * tags.count('<a href="http')
    assert 'rel="nofollow ugc"' in html or "<a" not in html


def test_a_text_that_claims_to_be_safe_is_escaped_all_the_same():
    assert "<b>" not in render_plain_text(mark_safe("<b>fed</b>"))
    assert "<b>" not in render_plain_text(mark_safe("<b>\x00fed</b>"))


def test_paragraphs_and_lines_are_kept():
    assert render_plain_text("Et\nto\r\n\r\n \r\ntre") == (
        '<p dir="auto">Et<br>to</p>\n<p dir="auto">tre</p>'
    )
    assert render_plain_text(" \n ") == ""


@pytest.mark.parametrize(
    ("typed", "address", "after"),
    [
        ("Se https://example.dk.", "https://example.dk", "."),
        ("Se https://example.dk/a, eller", "https://example.dk/a", ", eller"),
        ("(se http://example.dk/a)", "http://example.dk/a", ")"),
        ("https://da.wikipedia.org/wiki/Vej_(by)", "https://da.wikipedia.org/wiki/Vej_(by)", ""),
        ("https://example.dk/a?b=1&c=2!", "https://example.dk/a?b=1&amp;c=2", "!"),
        ("»https://example.dk«", "https://example.dk", "«"),
        ("HTTPS://EXAMPLE.DK/x", "HTTPS://EXAMPLE.DK/x", ""),
        ("http://localhost:8000/x", "http://localhost:8000/x", ""),
        ("https://rødgrød.example/æ", "https://rødgrød.example/æ", ""),
    ],
)
def test_addresses_become_links_without_the_punctuation_around_them(typed, address, after):
    html = render_plain_text(typed)
    assert f'<a href="{address}" rel="nofollow ugc">' in html
    assert html.endswith(f"</a>{after}</p>")


def test_a_long_address_can_wrap_and_reads_the_same():
    url = "https://example.dk/" + "lang/" * 30
    html = render_plain_text(url)
    assert "<wbr>" in html
    assert strip_tags(html) == url


@pytest.mark.parametrize(
    "value",
    [
        "https://borger.dk@example.com/x",
        "https://borger.dk:secret@example.com/",
        "https:///x",
        "https://",
        "https://a..b/",
        "https://" + "a" * 3000,
    ],
)
def test_an_address_that_deceives_or_makes_no_sense_is_no_link(value):
    assert "<a" not in render_plain_text(value)


@given(anything)
def test_any_text_can_be_shown(value):
    html = render_plain_text(value)
    html.encode("utf-8")
    assert html.count("<a ") == html.count("</a>")


# -- Excerpts


def test_an_excerpt_ends_between_words():
    text = "En bænk ved havnen, så ældre kan hvile sig undervejs."
    assert excerpt(text, 20) == "En bænk ved havnen…"
    assert excerpt(text, 500) == text
    assert excerpt("Første linje\n\nanden linje", 200) == "Første linje anden linje"


def test_a_word_without_end_is_cut_between_letters():
    assert excerpt("a" * 50, 10) == "aaaaaaaaa…"
    family = "👨‍👩‍👧"
    assert excerpt(family * 10, 9) == family + "…"


@given(anything, st.integers(1, 40))
def test_an_excerpt_is_never_longer_than_asked_for(value, length):
    assert len(excerpt(value, length)) <= length


def test_strip_unsafe_changes_nothing_in_ordinary_text():
    text = "Linje 1\r\n\tLinje 2 – “citat” 👍🏽"
    assert strip_unsafe(text) == text


# -- Form fields


class SuggestionForm(forms.Form):
    title = PlainLineField(max_length=10)
    body = PlainTextField(max_length=50, required=False)


def errors_of(**data):
    return {
        name: [error["code"] for error in errors]
        for name, errors in SuggestionForm(data).errors.get_json_data().items()
    }


def test_a_form_cleans_instead_of_refusing():
    form = SuggestionForm({"title": "  En\x00\u202e bænk\n", "body": "a\r\n\r\n\r\n\r\nb\x07"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"title": "En bænk", "body": "a\n\nb"}


def test_length_is_measured_after_cleaning():
    assert errors_of(title="0123456789" + "\u200b \x00" * 20) == {}
    assert errors_of(title="0123456789x") == {"title": ["max_length"]}
    assert errors_of(title="ok", body="a\r\n" * 25) == {}


def test_a_title_of_three_megabytes_gets_an_error_that_says_what_to_do():
    form = SuggestionForm({"title": "x" * 3_000_000})
    assert "10" in form.errors["title"][0]


@pytest.mark.parametrize("title", ["", "   ", "\x00\x07", "\u200b"])
def test_a_title_of_nothing_is_missing(title):
    assert errors_of(title=title) in ({"title": ["required"]}, {"title": ["no_text"]})


def test_a_title_of_punctuation_says_nothing():
    assert errors_of(title="...") == {"title": ["no_text"]}


def test_what_was_typed_is_shown_again_also_when_half_of_it_cannot_be():
    form = SuggestionForm({"title": "for langt til feltet\ud800\x00", "body": "b" * 200})
    html = form.as_p()
    html.encode("utf-8")
    assert "for langt til feltet" in html
    assert "b" * 200 in html


def test_the_browser_is_not_asked_to_cut_pasted_text():
    assert "maxlength" not in SuggestionForm().as_p()


@given(anything)
def test_any_input_gives_a_valid_form_or_an_error(value):
    form = SuggestionForm({"title": value, "body": value})
    form.is_valid()
    form.as_p().encode("utf-8")
