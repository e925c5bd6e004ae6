"""Finds what people give away by mistake where everybody can read it.

CPR numbers, phone numbers and e-mail addresses, in the ways that Danes write them. Every pattern
is bounded, so that a hostile text takes no longer than its length. Nothing here stores or logs
what it finds.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Iterator, Sequence

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from stdnum.dk import cpr
from stdnum.exceptions import ValidationError as InvalidNumber

from wagtail_borgerdialog.text import clean_line


class PersonalData(TextChoices):
    """What can be found."""

    CPR = "cpr", _("CPR number")
    PHONE = "phone", _("phone number")
    EMAIL = "email", _("e-mail address")


@dataclasses.dataclass(frozen=True)
class Found:
    """One thing that was found, as it is written."""

    kind: PersonalData
    text: str


def holds_cpr(value: str) -> bool:
    """Whether somebody's CPR number stands in ``value``."""
    return any(_is_cpr(match) for match in _CPR.finditer(_plain(value)))


def contact_data(value: str) -> list[Found]:
    """The phone numbers and e-mail addresses in ``value``, each once, in the order of the text."""
    text = _plain(value)
    emails = [match.span() for match in _EMAIL.finditer(text)]
    spans = [(span, PersonalData.EMAIL) for span in emails]
    spans += [(span, PersonalData.PHONE) for span in _phones(text, emails)]
    found = [Found(kind, clean_line(text[slice(*span)])) for span, kind in sorted(spans)]
    return list(dict.fromkeys(found))


def needs_a_person(value: str) -> bool:
    """Whether somebody has to decide before everybody can read ``value``."""
    return holds_cpr(value) or bool(contact_data(value))


def _plain(value: str) -> str:
    """``value`` with the digits, hyphens and spaces of ASCII in place of their like."""
    return value if value.isascii() else "".join(map(_plain_char, value))


def _plain_char(char: str) -> str:
    if char.isascii():
        return char
    if "\uff01" <= char <= "\uff5e":  # full-width letters
        return chr(ord(char) - 0xFEE0)
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Pd" or char == "\u2212":
        return "-"
    if category == "Zs":
        return " "
    return "" if category == "Cf" else char


# Day, month, year with or without its century, and four more; found at each digit that begins one.
_CPR = re.compile(
    r"(?<!\d)(?<!\d[.,])(?=(\d\d)[ .\-/]{0,2}(\d\d)[ .\-/]{0,2}(18|19|20)?(\d\d)"
    r"([ .\-/]{0,3})(\d{4})(?!\d)(?![.,]\d)(?P<after>.{0,12}))"
)
_NO_CPR_BEFORE = re.compile(
    r"(?:\bp-? ?(?:nr|nummer)|\bean|\bkr|\bdkk|€)[.: ]{0,3}$", re.IGNORECASE
)
_AMOUNT_AFTER = re.compile(
    r" ?(?:,-|kr\b|kroner|dkk|eur|mio|mia|m2|m²|m3|m³|kwh|%|indbygger|borger|menneske)",
    re.IGNORECASE,
)


def _is_cpr(match: re.Match[str]) -> bool:
    """Whether the date exists, and the check digit fits or need not.

    Since October 2007 numbers without one are given to people born on 1 January in years that
    have run out: so far 1960 to 1995. https://cpr.dk/cpr-systemet/personnumre-uden-kontrolciffer-modulus-11-kontrol/
    """
    day, month, century, year, between, serial, after = match.groups()
    before = match.string[max(match.start() - 16, 0) : match.start()]
    if _NO_CPR_BEFORE.search(before) or _AMOUNT_AFTER.match(after):
        return False
    number = day + month + year + serial
    born_on = f"{int(day) - 60:02}" if int(day) > 60 else day  # administrative numbers add 60
    try:
        born = cpr.get_birth_date(born_on + number[2:])
    except InvalidNumber:
        return False
    if cpr.checksum(number) == 0:
        return True
    is_written_so = not century and between.strip() in {"", "-"} and between != " "
    return is_written_so and (born.day, born.month) == (1, 1) and 1960 <= born.year <= 1999


_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?:@| ?[(\[] ?(?:at|snabel-?a) ?[)\]] ?)"
    r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?!\w)",
    re.IGNORECASE,
)
_URL = re.compile(r"\bhttps?://\S{1,2000}", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d\d ?(?:[\dA-Z]{4} ?){3,8}")
_ABROAD = re.compile(r"(?<![\d+.,])\(?(?:\+|00)(?=[1-9(])(?:[ .\-/()]{0,2}\d){8,15}(?!\d)")
# Any eight digits, found at each group that begins them; the shape decides.
_EIGHT = re.compile(
    r"(?<!\d)(?<!\d[.,\-/])(?=([2-9](?:[ .\-]?\d){7})(?!\d)(?![.,\-/]\d)(?P<after>.{0,14}))"
)
_SHAPES = {
    "": {(8,)},
    " ": {(2, 2, 2, 2), (4, 4), (3, 2, 3), (3, 3, 2)},
    "-": {(2, 2, 2, 2)},
    ".": {(2, 2, 2, 2)},
}
_PHONE_BEFORE = re.compile(
    r"(?:tlf|telefon\w{0,8}|mobil\w{0,8}|\bmob|\bsms\w{0,5}|\bring\w{0,3}|nummer\w{0,3}|\bnr|☎|📞)"
    r"\W{0,3}(?:\b(?:p[åa]|til|er|nr|nummer)\b)?\W{0,3}$",
    re.IGNORECASE,
)
_NUMBERED_BEFORE = re.compile(
    r"(?:\bcvr|\bp|\bean|\bisbn|\bissn|\bbfe|\bsag\w{0,8}|\bjournal\w{0,8}|\bj|\bref\w{0,8}"
    r"|\bmatr\w{0,8}|\bfaktura\w{0,8}|\bordre\w{0,8}|\bid|\bkr|\bdkk|\beur|€)"
    r"[ .\-:#]{0,3}(?:(?:nr|nummer|no)\b)?[ .:#]{0,3}$",
    re.IGNORECASE,
)


def _phones(text: str, emails: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    taken = bytearray(len(text))  # one for each letter that belongs to something else
    others = [match.span() for pattern in (_URL, _IBAN) for match in pattern.finditer(text)]
    for start, end in (*emails, *others):
        taken[start:end] = b"\1" * (end - start)
    for match in _ABROAD.finditer(text):
        start, end = match.span()
        if not taken[start] and not _AMOUNT_AFTER.match(text, end):
            taken[start:end] = b"\1" * (end - start)
            yield start, end
    for match in _EIGHT.finditer(text):
        if not taken[match.start()] and _is_phone(match):
            yield match.span(1)


def _is_phone(match: re.Match[str]) -> bool:
    text, start = match.string, match.start()
    before = text[max(start - 28, 0) : start]
    if _NUMBERED_BEFORE.search(before) or _AMOUNT_AFTER.match(match["after"]):
        return False
    if _PHONE_BEFORE.search(before):
        return True
    groups = re.split(r"[ .\-]", match[1])
    between = set(re.findall(r"[ .\-]", match[1]))
    shape = tuple(map(len, groups))
    if len(between) > 1 or shape not in _SHAPES["".join(between)]:
        return False
    if len(shape) == 1:
        return not (match[1].endswith("0000") or _is_date(match[1]))
    if len(shape) == 2 and _is_year(groups[0]):
        return False
    # One of a row of numbers alike: of a card, an account, a lottery.
    last = re.search(r"(\d{1,9}) $", before)
    following = re.match(r" (\d{1,9})", match["after"])
    return not (
        (last and len(last[1]) == shape[0]) or (following and len(following[1]) == shape[-1])
    )


def _is_year(digits: str) -> bool:
    return 1900 <= int(digits) <= 2099


def _is_date(digits: str) -> bool:
    """Whether eight digits in a row are 20261124, 24112026 or 20252026."""
    year_first = (digits[:4], digits[4:6], digits[6:])
    year_last = (digits[4:], digits[2:4], digits[:2])
    are_years = _is_year(digits[:4]) and _is_year(digits[4:])
    return are_years or any(
        _is_year(year) and 1 <= int(month) <= 12 and 1 <= int(day) <= 31
        for year, month, day in (year_first, year_last)
    )
