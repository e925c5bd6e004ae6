"""Spreadsheets for staff: what citizens typed can neither run as a formula nor break the file.

Two formats. XLSX is the one to offer first: every text is stored as text, so nothing in it
is ever evaluated. CSV is made for a Danish Excel that opens it by double click: UTF-8 with a
byte order mark, semicolons, every field quoted, decimal commas, and an apostrophe before
what could be read as a formula. Rule: OWASP, "CSV Injection", which also warns of a reader
that splits at another separator than ours.

Times are shown in the site's own time zone (``TIME_ZONE``), whatever a member of staff has
chosen for the admin, so that two exports of one case agree.
"""

from __future__ import annotations

import csv
import datetime
import decimal
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import IO, TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from wagtail_borgerdialog.text import strip_unsafe

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

CellValue = str | int | float | decimal.Decimal | datetime.datetime | datetime.date | None

# Excel's own limits. Its characters are UTF-16 units: an emoji counts as two.
MAX_CELL_UNITS = 32_767
MAX_SHEET_ROWS = 1_048_576
# Excel keeps 15 digits of a number and shows zeros for the rest.
_LARGEST_EXACT_INTEGER = 10**15
# Excel's calendar begins in 1900, and its leap year of that year never was.
_FIRST_EXACT_DATE = datetime.date(1900, 3, 1)

_FORMULA_STARTS = frozenset("=+-@")
_SKIPPED_BEFORE_FORMULA = re.compile(r"^[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+")
# After a character at which another reader could split: = and @ always; + and -, which begin
# the lines of ordinary lists, only when a call or a reference follows.
_FORMULA_INSIDE = re.compile(
    r"(?<=[,;\t\n|\"])([ \u00a0]*)(?=[=@\uff1d\uff20]|[+\-\uff0b\uff0d][^,;\t\n|\"]*[(|!])"
)
# Excel reads "_x000D_" as an escaped character.
_EXCEL_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_SHEET_TITLE_FORBIDDEN = re.compile(r"[\\/*?:\[\]]")


def _shorten(text: str) -> str:
    if len(text) * 2 <= MAX_CELL_UNITS:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= MAX_CELL_UNITS * 2:
        return text
    # "ignore" drops half of a character that the cut went through.
    return units[: (MAX_CELL_UNITS - 1) * 2].decode("utf-16-le", "ignore") + "\u2026"


def _plain(value: object) -> CellValue:
    """``value`` as a number, a date or a clean text, as both formats can show it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, datetime.datetime):
        if timezone.is_aware(value):
            value = timezone.make_naive(value, timezone.get_default_timezone())
        return value.replace(microsecond=0)
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, int):
        return int(value)  # a number, also when it is a choice with a name
    if isinstance(value, float | decimal.Decimal):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple | Set):
        value = ", ".join(str(item) for item in value)
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return _shorten(strip_unsafe(text).replace("\x0b", "\n").replace("\x0c", "\n"))


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet could evaluate ``text``: it begins with = + - @ or their full-width
    forms, or with a tab or line end; spaces and invisible characters before do not help."""
    if text[:1] in {"\t", "\r", "\n"}:
        return True
    start = _SKIPPED_BEFORE_FORMULA.sub("", text)[:1]
    return unicodedata.normalize("NFKC", start)[:1] in _FORMULA_STARTS if start else False


def safe_cell(value: object) -> str:
    """``value`` as the text of a CSV field that no spreadsheet evaluates.

    Numbers are numbers (``-5`` stays as it is, decimals get a comma); text that
    ``looks_like_formula`` gets an apostrophe before it. Times come as ``2026-03-12 14:05``.
    """
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(plain, datetime.datetime):
        return plain.strftime("%Y-%m-%d %H:%M")
    if isinstance(plain, datetime.date):
        return plain.isoformat()
    if isinstance(plain, decimal.Decimal):
        return f"{plain:f}".replace(".", ",")
    if isinstance(plain, float):
        return str(plain).replace(".", ",")
    if isinstance(plain, int):
        return str(plain)
    text = _FORMULA_INSIDE.sub(r"\1'", plain)
    return f"'{text}" if looks_like_formula(text) else text


class _Echo:
    def write(self, value: str) -> str:
        return value


def stream_csv(rows: Iterable[Iterable[object]], *, headings: Sequence[str]) -> Iterator[bytes]:
    """The lines of a CSV file, encoded, for a streaming response.

    Everything is said in the language that was active when this was called: the response is
    sent after the view has returned.
    """
    language = get_language()
    writer = csv.writer(_Echo(), delimiter=";", quoting=csv.QUOTE_ALL)

    def encode(row: Iterable[object]) -> bytes:
        return writer.writerow([safe_cell(value) for value in row]).encode("utf-8")

    first = b"\xef\xbb\xbf" + encode(headings)

    def lines() -> Iterator[bytes]:
        yield first
        source = iter(rows)
        while True:
            with override(language):
                row = next(source, None)
                if row is None:
                    return
                line = encode(row)
            yield line

    return lines()


def _xlsx_cell(sheet: WriteOnlyWorksheet, value: object) -> WriteOnlyCell:
    plain = _plain(value)
    if isinstance(plain, int) and abs(plain) >= _LARGEST_EXACT_INTEGER:
        plain = str(plain)
    if isinstance(plain, datetime.date):
        day = plain.date() if isinstance(plain, datetime.datetime) else plain
        if day < _FIRST_EXACT_DATE:
            plain = plain.isoformat()
    if not isinstance(plain, str):
        cell = WriteOnlyCell(sheet, plain)
        if isinstance(plain, datetime.datetime):
            cell.number_format = "yyyy-mm-dd hh:mm"
        elif isinstance(plain, datetime.date):
            cell.number_format = "yyyy-mm-dd"
        return cell
    cell = WriteOnlyCell(sheet, _shorten(_EXCEL_ESCAPE.sub("_x005F_", plain)))
    # openpyxl guesses formulas and error values from the text.
    cell.data_type = "s"
    # Keeps it text also when somebody edits the cell.
    cell.quotePrefix = looks_like_formula(plain)
    return cell


def _new_sheet(workbook: Workbook, *, title: str, headings: Sequence[str]) -> WriteOnlyWorksheet:
    sheet = workbook.create_sheet(title=title)
    sheet.freeze_panes = "A2"
    cells = [_xlsx_cell(sheet, heading) for heading in headings]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    return sheet


def write_xlsx(
    rows: Iterable[Iterable[object]],
    output: IO[bytes],
    *,
    headings: Sequence[str],
    title: str = "",
) -> None:
    """Writes a workbook to ``output`` row by row; what exceeds one sheet goes on in the next."""
    title = _SHEET_TITLE_FORBIDDEN.sub(" ", strip_unsafe(title)).strip(" '")[:28] or "Data"
    workbook = Workbook(write_only=True)
    sheet = _new_sheet(workbook, title=title, headings=headings)
    used = 1
    for row in rows:
        if used == MAX_SHEET_ROWS:
            sheet = _new_sheet(workbook, title=title, headings=headings)
            used = 1
        sheet.append([_xlsx_cell(sheet, value) for value in row])
        used += 1
    workbook.save(output)
