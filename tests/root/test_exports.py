import csv
import datetime
import decimal
import io
import math
import uuid

import pytest
from django.db.models import TextChoices
from django.test import override_settings
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from wagtail.admin.views.generic import IndexView
from wagtail.models import ModelLogEntry

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


def test_what_excel_would_read_as_an_escaped_character_is_escaped_itself():
    assert first_cell("fil_x0041_b").value == "fil_x005F_x0041_b"


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


class EntryIndexView(SafeSpreadsheetExportMixin, IndexView):
    model = ModelLogEntry
    list_export = ["label", "pk", "user.email", "timestamp"]
    export_headings = {"user.email": "=Hvem"}
    custom_field_preprocess = {"pk": {"csv": "nr. {}".format, "xlsx": "nr. {}".format}}
    index_url_name = "entries"
    search_fields = ["label"]
    is_searchable = True
    default_ordering = "pk"


urlpatterns = [path("entries/", EntryIndexView.as_view(), name="entries")]


def entries(*labels):
    """Log entries of nobody: ``user`` is empty."""
    moment = datetime.datetime(2026, 3, 12, 13, 5, tzinfo=datetime.UTC)
    return ModelLogEntry.objects.bulk_create(
        ModelLogEntry(label=label, object_id="1", action="x", timestamp=moment) for label in labels
    )


@pytest.fixture
def staff(rf, admin_user):
    def export(kind, **query):
        request = rf.get("/entries/", {"export": kind, **query})
        request.user = admin_user
        with override_settings(ROOT_URLCONF=__name__):
            return EntryIndexView.as_view()(request)

    return export


@pytest.mark.django_db
@pytest.mark.parametrize("query", [{}, {"q": "1"}])
def test_an_export_from_a_listing_is_safe_and_survives_control_characters(staff, query):
    formula, _ = entries("=1+1", "1\x07")
    response = staff("csv", **query)
    assert response["Content-Type"].startswith("text/csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0][2] == "'=Hvem"
    assert [row[0] for row in rows[1:]] == ["'=1+1", "1"]
    assert rows[1][1:] == [f"nr. {formula.pk}", "", "2026-03-12 14:05"]
    sheet = load_workbook(io.BytesIO(b"".join(staff("xlsx", **query).streaming_content))).active
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert [row[0] for row in sheet.values][1:] == ["=1+1", "1"]
    assert sheet["C2"].value is None


@pytest.mark.django_db
def test_a_misspelt_field_is_an_error_and_no_empty_column():
    (entry,) = entries("a")
    view = EntryIndexView()
    for misspelt in ("lable", "label.x", "lable.x"):
        with pytest.raises(AttributeError):
            view._value(entry, misspelt)


@override_settings(TIME_ZONE="Europe/Copenhagen")
def test_times_are_the_sites_own_whatever_zone_is_active():
    from django.utils import timezone

    moment = datetime.datetime(2026, 3, 12, 13, 5, tzinfo=datetime.UTC)
    with timezone.override("America/New_York"):
        assert safe_cell(moment) == "2026-03-12 14:05"
