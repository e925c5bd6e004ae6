"""Hygiene of what people type: what is kept, what is taken out, and how it is shown.

Text is stored as plain text and cleaned once, where it comes in. Nothing that a real
language needs is lost: right-to-left scripts, joiners, emoji and stacked accents stay.
What goes is what only ever harms: control characters, bidirectional overrides, lone
surrogates, and accents piled up until they cover the neighbours ("zalgo").
"""

import functools
import re
import unicodedata
from collections.abc import Sequence

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

MAX_QUERY_CHARS = 100
MAX_QUERY_WORDS = 12

# Unicode asks for at most 30 marks in a row (UAX #15, stream-safe text). Longer runs
# make normalisation quadratic: 80 kB of accents take five seconds.
_MARKS_IN_A_ROW = 30
# Vietnamese and polytonic Greek need three general marks on one letter, pointed Hebrew
# up to five of its own, Tibetan a few more.
_GENERAL_MARKS = 5
_SCRIPT_MARKS = 8
_SAME_MARK = 2

_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls, but for tabs and line ends
    "\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides, isolates
    "\u206a-\u206f\ufff9-\ufffb"  # deprecated format characters, interlinear annotation
    "\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # byte order mark, not characters
    + "".join(
        f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)
    )
    + "]"
)
# The invisible "tag" letters mean something only in the flags of England, Scotland, Wales ...
_TAGS = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f)|[\U000e0000-\U000e007f]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064"
_INVISIBLE_RUN = re.compile(f"([{_INVISIBLE}])\\1+")
_BLANK_LINES = re.compile(r"\n{3,}")
_BLANKS = " \t\u00a0\u00ad\u034f\u061c\u180e\u202f\u205f\u3000" + "".join(
    map(chr, (*range(0x2000, 0x2010), *range(0x2060, 0x2065)))
)
_BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_GENERAL_MARK_BLOCKS = (
    ("\u0300", "\u036f"),
    ("\u0483", "\u0489"),
    ("\u1ab0", "\u1aff"),
    ("\u1dc0", "\u1dff"),
    ("\u20d0", "\u20ff"),
    ("\ufe20", "\ufe2f"),
)

_URL = re.compile(r"\bhttps?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
_HOST = re.compile(r"https?://(?:[\w-]+\.)*[\w-]+(?::\d{1,5})?(?=[/?#]|$)", re.IGNORECASE)
_LONGEST_URL = 2000
_AFTER_URL = ".,:;!?\u2026\u00ab\u00bb\u2018\u2019\u201c\u201d\u2039\u203a"
_BREAK_AFTER = re.compile(r"(?<=[/?&=#])(?=[^/])")


def strip_unsafe(value: str) -> str:
    """``value`` without characters that no text needs; quick, and changes nothing else.

    The result can always be encoded as UTF-8, stored in PostgreSQL and put in XML, except
    for the line ends and tabs that are left as they are.
    """
    value = _UNSAFE.sub("", value)
    return value if value.isascii() else _TAGS.sub(lambda match: match[1] or "", value)


def _is_general_mark(char: str) -> bool:
    return any(first <= char <= last for first, last in _GENERAL_MARK_BLOCKS)


def _shorten_runs_of_marks(value: str) -> str:
    kept = []
    run = 0
    for char in value:
        if char >= "\u0300" and unicodedata.category(char) in {"Mn", "Me"}:
            run += 1
            if run > _MARKS_IN_A_ROW:
                continue
        else:
            run = 0
        kept.append(char)
    return "".join(kept)


def _cap_marks(value: str) -> str:
    """``value`` (decomposed) with at most a handful of marks on each letter."""
    kept = []
    on_this_letter: list[str] = []
    for char in value:
        if char >= "\u0300":
            category = unicodedata.category(char)
            if category in {"Mn", "Me"}:
                general = _is_general_mark(char)
                alike = sum(_is_general_mark(mark) == general for mark in on_this_letter)
                if alike >= (_GENERAL_MARKS if general else _SCRIPT_MARKS):
                    continue
                if on_this_letter.count(char) >= _SAME_MARK:
                    continue
                on_this_letter.append(char)
                kept.append(char)
                continue
            if category == "Cf":
                # Marks after a joiner still land on the letter before it.
                kept.append(char)
                continue
        on_this_letter.clear()
        kept.append(char)
    return "".join(kept)


def _normalise(value: str) -> str:
    """NFC, with marks capped while decomposed, so that a second pass changes nothing."""
    if value.isascii():
        return value
    if max(value) >= "\u0300":  # below it, nothing is a mark or waits to be composed
        value = _cap_marks(unicodedata.normalize("NFD", _shorten_runs_of_marks(value)))
    return unicodedata.normalize("NFC", _INVISIBLE_RUN.sub(r"\1", value))


def clean_text(value: str) -> str:
    """Text of several lines: one ``\\n`` per line end, at most one blank line in a row."""
    value = _normalise(strip_unsafe(_LINE_ENDS.sub("\n", value)))
    lines = (line.rstrip() if line.strip(_BLANKS) else "" for line in value.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def clean_line(value: str) -> str:
    """Text of one line: line ends, tabs and runs of spaces become one space.

    The zero-width space goes too: it breaks lines in running Khmer or Thai, but in a
    title or a name it only makes two different things look the same.
    """
    value = strip_unsafe(_LINE_ENDS.sub(" ", value)).replace("\u200b", "")
    return " ".join(_normalise(value).split())


def clean_query(value: str) -> str:
    """What somebody searches for, short enough for the search engine.

    Wagtail's search raises ``RecursionError`` at some 200 words, which is a GET of 1.6 kB, and
    on SQLite takes a quotation mark for syntax, so that one alone is a syntax error.
    """
    words = clean_line(value[: MAX_QUERY_CHARS * 20].replace('"', " ")).split(" ")
    return " ".join(words[:MAX_QUERY_WORDS])[:MAX_QUERY_CHARS].rstrip()


def has_text(value: str) -> bool:
    """Whether there is anything to read: a letter, a digit or a symbol such as an emoji.

    Punctuation alone and characters that show as nothing are not text.
    """
    return any(
        unicodedata.category(char)[0] in "LNS" and char not in _BLANK_LETTERS for char in value
    )


def _can_end_line(before: str, after: str) -> bool:
    joins = "\u200c\u200d"
    return not (
        before in joins
        or after in joins
        or unicodedata.category(after)[0] == "M"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or "\U0001f1e6" <= after <= "\U0001f1ff"
    )


def excerpt(value: str, length: int) -> str:
    """The beginning of ``value`` on one line, at most ``length`` characters, "…" included.

    Cut between words; a word longer than the space there is is cut between letters.
    """
    # Stored text is clean, and mostly in Latin letters: then there is nothing to look for.
    line = value[: length * 2].replace("\n", " ")
    is_plain = line.isprintable() and max(line, default="") < "\u0300"
    line = " ".join(line.split()) if is_plain else clean_line(line)
    if len(line) < length + 40 and len(value) > length * 2:
        # A line shrinks when it is cleaned, but ten times what is asked for is plenty.
        line = clean_line(value[: length * 10 + 1000])
    if len(line) <= length:
        return line
    head, _, cut_word = line[:length].rpartition(" ")
    if len(cut_word) > length // 2 or not head:
        end = max(length - 1, 0)
        while end > 0 and not _can_end_line(line[end - 1], line[end]):
            end -= 1
        head = line[:end]
    return head.rstrip(" .,:;!?\u2013-") + "\u2026"


def _split_url(url: str) -> tuple[str, str]:
    """The address, and the punctuation of the sentence that it ends."""
    surplus = {")": url.count(")") - url.count("("), "]": url.count("]") - url.count("[")}
    end = len(url)
    while end:
        last = url[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _AFTER_URL:
            break
        end -= 1
    return url[:end], url[end:]


def _join(tag: str, parts: Sequence[str]) -> SafeString:
    rest = format_html_join("", tag + "{}", ((part,) for part in parts[1:]))
    return format_html("{}{}", parts[0], rest)


def _link(url: str) -> SafeString:
    # A name before the host ("https://borger.dk@elsewhere.example") is there to deceive.
    if len(url) > _LONGEST_URL or not _HOST.match(url):
        return escape(url)
    shown = _join("<wbr>", _BREAK_AFTER.split(url))
    return format_html('<a href="{}" rel="nofollow ugc">{}</a>', url, shown)


def _render_line(line: str) -> SafeString:
    parts: list[str] = []
    end = 0
    for match in _URL.finditer(line):
        url, _ = _split_url(match[0])
        parts += [line[end : match.start()], _link(url)]
        end = match.start() + len(url)
    parts.append(line[end:])
    return format_html_join("", "{}", ((part,) for part in parts))


@functools.lru_cache(maxsize=128)
def render_plain_text(value: str) -> SafeString:
    """``value`` as HTML: paragraphs, line breaks, and links for http and https; nothing else.

    Everything typed is escaped. Each paragraph finds its own reading direction. The texts that
    a page is read with again and again are rendered once.
    """
    text = strip_unsafe(_LINE_ENDS.sub("\n", value)).strip()
    paragraphs = [paragraph for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip()]
    return format_html_join(
        "\n",
        '<p dir="auto">{}</p>',
        (
            (_join("<br>", [_render_line(line) for line in paragraph.split("\n")]),)
            for paragraph in paragraphs
        ),
    )
