import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from django.utils.timezone import get_default_timezone

import wagtail_borgerdialog
from wagtail_borgerdialog.contributions.models.status import StatusKind
from wagtail_borgerdialog.templatetags import borgerdialog as tags

ELEMENTS = "templates/wagtail_borgerdialog/elements"
NOW = datetime.datetime(2026, 3, 5, 9, 30, tzinfo=get_default_timezone())
NOON = datetime.datetime(2026, 3, 12, 12, 0, tzinfo=get_default_timezone())


def days(number: int) -> datetime.datetime:
    return NOW + datetime.timedelta(days=number)


def element(name: str, **values: object) -> str:
    return render_to_string(f"wagtail_borgerdialog/elements/{name}.html", values)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def in_danish():
    with translation.override("da"):
        yield


@pytest.mark.usefixtures("in_danish")
class TestDanish:
    def test_an_instant_is_written_in_full(self):
        assert tags.bd_datetime(NOON, NOW) == "torsdag den 12. marts kl. 12.00"

    def test_another_year_is_named(self):
        assert tags.bd_datetime(days(365), NOW) == "fredag den 5. marts 2027 kl. 09.30"
        assert tags.bd_date(days(-365), NOW) == "5. marts 2025"

    def test_this_year_is_not(self):
        assert tags.bd_date(NOON.date(), NOW) == "12. marts"
        assert tags.bd_day(NOON, NOW) == "torsdag den 12. marts"

    def test_utc_is_shown_in_copenhagen(self):
        summer = datetime.datetime(2026, 7, 1, 22, 30, tzinfo=datetime.UTC)
        assert tags.bd_datetime(summer, NOW) == "torsdag den 2. juli kl. 00.30"

    @pytest.mark.parametrize(
        ("number", "written"),
        [(0, "0"), (999, "999"), (1000000, "1.000.000"), (2.5, "2,5"), (None, ""), ("", "")],
    )
    def test_numbers_have_danish_separators(self, number, written):
        assert tags.bd_number(number) == written


def test_english_dates_are_british():
    assert tags.bd_datetime(NOON, NOW) == "Thursday 12 March at 12:00"


def test_a_language_without_a_format_of_ours_still_gets_a_date():
    with translation.override("de"):
        assert "März" in tags.bd_datetime(NOON, NOW)


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_date_is_no_text(nothing):
    for filter_ in (tags.bd_date, tags.bd_day, tags.bd_datetime, tags.bd_iso):
        assert filter_(nothing) == ""


def test_the_machine_readable_date_carries_the_offset():
    assert tags.bd_iso(NOON) == "2026-03-12T12:00:00+01:00"
    assert tags.bd_iso(NOON.date()) == "2026-03-12"


@pytest.mark.parametrize(
    ("amount", "written"), [(48500, "DKK 48,500"), ("12.5", "DKK 12.50"), (None, "")]
)
def test_money_has_no_decimals_when_it_is_whole(amount, written):
    assert tags.bd_money(amount) == written


class TestWindow:
    def test_always_open(self):
        assert tags.bd_window(at=NOW) == tags.Window("always", "Always open", "", None)

    def test_open_with_days_left(self):
        window = tags.bd_window(days(-1), NOON, at=NOW)
        assert (window.state, window.remaining) == ("open", "7 days left")
        assert window.sentence == "Open until Thursday 12 March at 12:00"

    def test_one_day_is_singular(self):
        assert tags.bd_window(None, days(1), at=NOW).remaining == "1 day left"

    def test_the_last_day(self):
        assert tags.bd_window(None, NOW.replace(hour=23), at=NOW).remaining == "Last day today"

    def test_the_deadline_itself_is_still_open(self):
        assert tags.bd_window(None, NOW, at=NOW).state == "open"

    def test_closed(self):
        window = tags.bd_window(None, days(-1), at=NOW)
        assert (window.state, window.remaining) == ("closed", "")
        assert window.sentence.startswith("Closed Wednesday 4 March")

    def test_upcoming(self):
        window = tags.bd_window(days(34), days(60), at=NOW)
        assert (window.state, window.remaining) == ("upcoming", "in 34 days")

    def test_days_are_counted_by_the_calendar_and_not_in_hours(self):
        late = NOW.replace(hour=23, minute=59)
        assert tags.bd_days_left(late + datetime.timedelta(minutes=2), late) == 1


class TestSupportInWords:
    def test_with_a_goal_and_a_deadline(self):
        words = tags.bd_support_sentence(212, 450, days(34), at=NOW)
        assert words == "212 of 450 support this. 34 days left."

    def test_a_reached_goal(self):
        words = tags.bd_support_sentence(5210, 5000, days(34), at=NOW)
        assert words == "5,210 of 5,000 support this. The goal is reached."

    def test_after_the_deadline(self):
        words = tags.bd_support_sentence(97, 450, days(-24), at=NOW)
        assert words == "97 of 450 support this. It closed Monday 9 February."

    @pytest.mark.parametrize(
        ("count", "words"),
        [
            (0, "Nobody has supported this yet."),
            (None, "Nobody has supported this yet."),
            (1, "1 person supports this."),
            (2, "2 people support this."),
        ],
    )
    def test_without_a_goal(self, count, words):
        assert tags.bd_support_sentence(count, at=NOW) == words


def test_assurance_names_each_way_of_confirming():
    words = tags.bd_assurance(212, eid=180, email=32, none=0)
    assert words == "212 supports: 180 with MitID, 32 by confirmed e-mail"


def test_assurance_without_parts_is_the_count():
    assert tags.bd_assurance(1) == "1 support"


def test_there_is_a_tone_for_every_kind_of_status():
    assert set(StatusKind.values) <= tags.TONES.keys()


def test_an_unknown_kind_is_neutral():
    assert tags.bd_tone("something new") == "neutral"


class TestPages:
    page = Paginator(range(400), 20).page(7)

    def test_filters_are_kept_and_the_old_page_is_not(self):
        query = QueryDict("area=1&area=2&page=3&q=b%C3%A6nk")
        assert tags.bd_page_url(8, query) == "?area=1&area=2&q=b%C3%A6nk&page=8"

    def test_the_first_page_has_one_address_only(self):
        assert tags.bd_page_url(1, QueryDict("page=3")) == "?"

    def test_gaps_are_elided(self):
        numbers = [link.number for link in tags.bd_page_links(self.page)]
        assert numbers == [1, 0, 6, 7, 8, 0, 20]

    def test_only_this_page_is_current(self):
        assert [link.number for link in tags.bd_page_links(self.page) if link.current] == [7]

    def test_a_query_cannot_break_out_of_the_attribute(self):
        html = element("pagination", page=self.page, query=MultiValueDict({"q": ['"><script>']}))
        assert "<script>" not in html


def test_missing_values_in_a_template_are_no_error():
    html = Template(
        "{% load borgerdialog %}{% bd_error_prefix form %}{% bd_error_links form as l %}"
    ).render(Context())
    assert html == ""


def test_a_card_with_nothing_but_a_title_renders():
    html = element("contribution_card", title="<b>Idé</b>", url="/x/")
    assert "&lt;b&gt;Idé&lt;/b&gt;" in html
    assert html.count("<a ") == 1


def test_typed_text_is_escaped_and_its_links_are_not_endorsed():
    html = element("prose", text="<script>x</script> https://www.example.dk/a", language="en")
    assert "<script>" not in html
    assert 'rel="nofollow ugc"' in html
    assert 'lang="en"' in html


def test_an_entry_without_the_optional_parts_renders():
    html = element("timeline", entries=[SimpleNamespace(at=NOW, title="Received")])
    assert "Received" in html


@pytest.mark.parametrize(
    "template",
    sorted((Path(wagtail_borgerdialog.__file__).parent / ELEMENTS).glob("*.html")),
    ids=lambda path: path.stem,
)
def test_an_element_without_its_optional_parts_renders(template):
    """Only what an element cannot do without is passed; the rest is missing, as after ``only``."""
    needed = {
        "answer_box": {"due_at": NOW},
        "comment": {"comment": {"author": "Mette", "at": NOW, "text": "Godt."}},
        "field": {"field": Everything()["words"]},
        "filter_field": {"field": Everything()["words"]},
        "filter_form": {"form": Everything()},
    }
    assert render_to_string(str(template), needed.get(template.stem, {})) is not None


class Everything(forms.Form):
    words = forms.CharField(help_text="A hint.", widget=forms.Textarea, max_length=20)
    choice = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(help_text="Read it first.")
    line = forms.CharField(required=False)


def markup(field: forms.BoundField, **values: object) -> BeautifulSoup:
    return BeautifulSoup(element("field", field=field, **values), "html.parser")


class TestField:
    def test_hint_error_and_counter_describe_the_input_in_that_order(self):
        soup = markup(Everything({"words": "x" * 21})["words"])
        ids = soup.textarea["aria-describedby"].split()
        assert ids == ["id_words_helptext", "id_words_error", "id_words_count"]
        assert [soup.find(id=one) is not None for one in ids] == [True, True, True]
        assert soup.textarea["aria-invalid"] == "true"

    def test_a_hint_passed_by_the_template_is_described_too(self):
        soup = markup(Everything()["line"], hint="One line.")
        assert soup.find(id=soup.input["aria-describedby"]).text == "One line."

    def test_without_hint_or_error_nothing_is_described(self):
        soup = markup(Everything()["line"])
        assert "aria-describedby" not in soup.input.attrs
        assert "aria-invalid" not in soup.input.attrs

    def test_every_id_is_used_once(self):
        for name in Everything.base_fields:
            soup = markup(Everything({})[name])
            ids = [tag["id"] for tag in soup.find_all(id=True)]
            assert len(ids) == len(set(ids)), name

    def test_a_long_text_is_counted_and_never_cut(self):
        textarea = markup(Everything()["words"]).textarea
        assert textarea["data-bd-maxlength"] == "20"
        assert "maxlength" not in textarea.attrs

    def test_a_group_has_a_legend_and_is_described_as_a_whole(self):
        soup = markup(Everything({})["choice"])
        assert soup.fieldset.legend.text.strip() == "Choice"
        assert soup.fieldset["aria-describedby"] == "id_choice_error"
        assert [label["for"] for label in soup.find_all("label")] == ["id_choice_0", "id_choice_1"]

    def test_a_checkbox_is_described_by_its_hint_and_error(self):
        soup = markup(Everything({})["agreed"])
        assert soup.input["aria-describedby"] == "id_agreed_helptext id_agreed_error"

    def test_only_optional_fields_are_marked(self):
        assert "(optional)" in markup(Everything()["line"]).text
        assert "(optional)" not in markup(Everything()["words"]).text


def test_the_error_summary_leads_to_each_field():
    soup = BeautifulSoup(element("error_summary", form=Everything({})), "html.parser")
    assert [link["href"] for link in soup.find_all("a")] == [
        "#id_words",
        "#id_choice_0",
        "#id_agreed",
    ]
    assert soup.div["role"] == "alert"
    assert soup.div["tabindex"] == "-1"


def test_the_error_summary_of_several_forms_names_all():
    both = [Everything({}, prefix="one"), Everything({}, prefix="two")]
    soup = BeautifulSoup(element("error_summary", form=both), "html.parser")
    assert len(soup.find_all("a")) == 6


def test_a_form_without_errors_has_no_summary():
    form = Everything({"words": "x", "choice": "a", "agreed": "on"})
    assert element("error_summary", form=form).strip() == ""
    assert tags.bd_error_prefix(form) == ""


def test_the_title_of_a_page_with_errors_begins_with_the_word():
    assert tags.bd_error_prefix(Everything({})) == "Error: "


def test_a_deadline_is_open_to_the_end_of_the_minute_shown() -> None:
    closes = datetime.datetime(2026, 3, 12, 22, 59, tzinfo=datetime.UTC)
    last = closes + datetime.timedelta(seconds=59, microseconds=999_999)
    over = closes + datetime.timedelta(minutes=1)
    assert tags.bd_window(None, closes, at=last).state == "open"
    assert tags.bd_window(None, closes, at=over).state == "closed"
    assert tags.bd_support_sentence(1, 3, closes, at=last) != tags.bd_support_sentence(
        1, 3, closes, at=over
    )
