import csv
import datetime
import decimal
import io
import math
import uuid

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db.models import TextChoices
from django.test import RequestFactory, override_settings
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from wagtail.admin.views.generic import IndexView

from wagtail_borgerdialog import exports
from wagtail_borgerdialog.admin_exports import SafeSpreadsheetExportMixin
from wagtail_borgerdialog.exports import looks_like_formula, safe_cell, stream_csv, write_xlsx

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+45 12 34 56 78",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "\uff1d1+1",
    '=HYPERLINK("https://example.com?"&A1,"klik")',
]

anything = st.text(
    st.one_of(st.characters(exclude_categories=()), st.sampled_from("=+-@;,\"\n\t'"))
)


def csv_of(rows, headings=("a",)):
    data = b"".join(stream_csv(rows, headings=headings))
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def workbook_of(rows, headings=("a",), **options):
    output = io.BytesIO()
    write_xlsx(rows, output, headings=headings, **options)
    output.seek(0)
    return load_workbook(output)


def first_cell(value):
    return workbook_of([[value]]).active["A2"]


# -- CSV


@pytest.mark.parametrize("text", FORMULAS)
def test_what_could_be_a_formula_is_text_in_csv(text):
    assert safe_cell(text).startswith("'")
    assert not looks_like_formula(safe_cell(text))


@pytest.mark.parametrize(
    "text", ["En bænk", "5-6 bænke", "a=b", "skriv til a@example.dk", "", "'citat'", "1+1", "Æ=Ø"]
)
def test_ordinary_text_is_left_alone(text):
    assert safe_cell(text) == text


def test_ordinary_lists_are_left_alone():
    text = "Ønsker:\n- bænke\n- træer, - også små"
    assert safe_cell(text) == text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("hej;=1+1", "hej;'=1+1"),
        ("hej,=1+1,", "hej,'=1+1,"),
        ("hej\n=1+1", "hej\n'=1+1"),
        ('hej" =1+1', "hej\" '=1+1"),
        ("hej\n-2+cmd|' /C calc'!A0", "hej\n'-2+cmd|' /C calc'!A0"),
        ("hej, +SUM(A1)", "hej, '+SUM(A1)"),
    ],
)
def test_a_reader_that_splits_elsewhere_finds_no_formula_either(text, cell):
    assert safe_cell(text) == cell


@given(anything, st.sampled_from(";,\t"))
@settings(max_examples=300)
def test_no_text_becomes_a_formula_whichever_separator_the_reader_takes(text, separator):
    line = b"".join(stream_csv([["x", text, "y"]], headings=["a"])).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(line, newline=""), delimiter=separator):
        for field in row:
            assert not field.lstrip(" ").startswith(("=", "@", "＝", "＠"))


@given(anything)
def test_a_csv_row_comes_back_as_one_row(text):
    rows = csv_of([[text, "x"]])
    assert len(rows) == 2
    assert len(rows[1]) == 2


def test_csv_opens_in_a_danish_excel_by_double_click():
    data = b"".join(stream_csv([["Æblehave", 2.5]], headings=["Titel", "Antal"]))
    assert data == '\ufeff"Titel";"Antal"\r\n"Æblehave";"2,5"\r\n'.encode()


class Outcome(TextChoices):
    ADOPTED = "adopted", "Vedtaget"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (-5, "-5"),
        (decimal.Decimal("-1250.50"), "-1250,50"),
        (math.nan, ""),
        (math.inf, ""),
        (datetime.date(2026, 3, 12), "2026-03-12"),
        (datetime.datetime(2026, 3, 12, 13, 5, tzinfo=datetime.UTC), "2026-03-12 14:05"),
        (datetime.datetime(2026, 7, 1, 10, 0, 59, 999, tzinfo=datetime.UTC), "2026-07-01 12:00"),
        (["Klitborg", "=1"], "Klitborg, '=1"),
        (Outcome.ADOPTED, "adopted"),
        (gettext_lazy("=1"), "'=1"),
        (uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        ("\x07ding\x00", "ding"),
        ("halv\ud800", "halv"),
    ],
)
def test_values_are_written_as_staff_read_them(value, cell):
    assert safe_cell(value) == cell


def test_yes_and_no_are_said_in_the_language_of_whoever_asked():
    with translation.override("da"):
        danish = stream_csv(([value] for value in (True, False)), headings=["a"])
        expected = [translation.gettext("Yes"), translation.gettext("No")]
    with translation.override("en"):
        text = b"".join(danish).decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(text), delimiter=";")][1:] == expected


def test_rows_are_made_one_at_a_time():
    made = []

    def rows():
        for number in range(3):
            made.append(number)
            yield [number]

    lines = stream_csv(rows(), headings=["a"])
    next(lines)
    next(lines)
    assert made == [0]


# -- XLSX


@pytest.mark.parametrize("text", [*FORMULAS, "#REF!", "#N/A", "TRUE", "12", "1e5", "2026-03-12"])
def test_every_text_is_stored_as_text_in_xlsx(text):
    cell = first_cell(text)
    assert cell.data_type in {"s", "inlineStr"}
    assert cell.value.strip() == text.replace("\r", "\n").replace("\ufeff", "").strip()


def test_what_could_be_a_formula_stays_text_when_somebody_edits_the_cell():
    assert first_cell("=1+1").quotePrefix
    assert not first_cell("En bænk").quotePrefix


@given(anything)
@settings(max_examples=100, deadline=None)
def test_any_text_can_be_exported(text):
    assert first_cell(text).data_type != "f"


def test_a_control_character_does_not_stop_the_file():
    assert first_cell("\x07ding\x00\ud800\ufffe").value == "ding"


def test_numbers_and_times_are_typed():
    sheet = workbook_of(
        [
            [
                5,
                decimal.Decimal("2.5"),
                datetime.date(2026, 3, 12),
                datetime.datetime(2026, 3, 12, 13, 5, tzinfo=datetime.UTC),
                None,
            ]
        ]
    ).active
    values = [cell.value for cell in sheet[2]]
    assert values[:2] == [5, 2.5]
    assert values[2] == datetime.datetime(2026, 3, 12)  # noqa: DTZ001 - spreadsheets know no zone
    assert values[3] == datetime.datetime(2026, 3, 12, 14, 5)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10**20, "100000000000000000000"),
        (datetime.date(1849, 6, 5), "1849-06-05"),
        (math.nan, None),
    ],
)
def test_what_excel_would_change_is_stored_as_text(value, text):
    assert first_cell(value).value == text


def test_a_text_longer_than_a_cell_is_cut_and_shows_it():
    for letter in ("å", "👍"):
        value = first_cell(letter * 40_000).value
        assert len(value.encode("utf-16-le")) // 2 <= 32_767
        assert value.endswith(letter + "…")


def test_rows_beyond_a_sheet_go_on_in_the_next(monkeypatch):
    monkeypatch.setattr(exports, "MAX_SHEET_ROWS", 3)
    book = workbook_of([[number] for number in range(5)], title="Idéer: [2026]/*?")
    assert [[row[0] for row in sheet.values] for sheet in book] == [
        ["a", 0, 1],
        ["a", 2, 3],
        ["a", 4],
    ]
    assert book.sheetnames[0] == "Idéer   2026"


# -- The admin's listings


class GroupIndexView(SafeSpreadsheetExportMixin, IndexView):
    model = Group
    list_export = ["name", "pk", "shouted", "owner.email"]
    export_headings = {"owner.email": "=Ejer"}
    custom_field_preprocess = {"shouted": {"csv": str.upper, "xlsx": str.upper}}
    any_permission_required = ()
    index_url_name = None
    search_fields = ["name"]

    def get_base_queryset(self):
        groups = list(super().get_base_queryset().order_by("pk"))
        for group in groups:
            group.shouted = group.name
            group.owner = None
        queryset = Group.objects.order_by("pk")
        queryset._result_cache = groups
        return queryset

    def order_queryset(self, queryset):
        return queryset

    def filter_queryset(self, queryset):
        return queryset


def export(kind):
    request = RequestFactory().get("/", {"export": kind})
    request.user = AnonymousUser()
    view = GroupIndexView()
    view.setup(request)
    response = view.as_spreadsheet(view.get_base_queryset(), kind)
    return b"".join(response.streaming_content)


@pytest.mark.django_db
def test_an_export_from_a_listing_is_safe_and_survives_control_characters():
    Group.objects.create(name="=1+1")
    Group.objects.create(name="ding\x07")
    rows = list(csv.reader(io.StringIO(export("csv").decode("utf-8-sig")), delimiter=";"))
    assert rows[0][3] == "'=Ejer"
    assert [row[0] for row in rows[1:]] == ["'=1+1", "ding"]
    assert [row[2:] for row in rows[1:]] == [["'=1+1", ""], ["DING", ""]]
    sheet = load_workbook(io.BytesIO(export("xlsx"))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert sheet["A2"].value == "=1+1"
    assert sheet["C3"].value == "DING"
    assert sheet["D2"].value is None


@pytest.mark.django_db
def test_a_misspelt_field_is_an_error_and_no_empty_column():
    Group.objects.create(name="a")
    view = GroupIndexView()
    with pytest.raises(AttributeError):
        view._value(Group.objects.get(), "nmae")
    with pytest.raises(AttributeError):
        view._value(Group.objects.get(), "name.nmae")


@override_settings(TIME_ZONE="Europe/Copenhagen")
def test_times_are_the_sites_own_whatever_zone_is_active():
    from django.utils import timezone

    moment = datetime.datetime(2026, 3, 12, 13, 5, tzinfo=datetime.UTC)
    with timezone.override("America/New_York"):
        assert safe_cell(moment) == "2026-03-12 14:05"
