"""Everybody reads how a site moderates, in numbers that are counted from the rows."""

import csv
import datetime
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from openpyxl import load_workbook

from tests import citizens
from wagtail_borgerdialog.contributions.models import (
    Appeal,
    Contribution,
    ModerationDecision,
    Report,
    ReportedText,
)
from wagtail_borgerdialog.contributions.moderation_numbers import moderation_numbers
from wagtail_borgerdialog.testing.factories import (
    ActivityFactory,
    CommentFactory,
    ContributionFactory,
    default_site,
)

pytestmark = pytest.mark.django_db


def instant(year: int, month: int = 6, day: int = 1, hour: int = 12) -> datetime.datetime:
    return datetime.datetime(year, month, day, hour, tzinfo=datetime.UTC)


def sent(at: datetime.datetime, **values: object) -> Contribution:
    return ContributionFactory(submitted_at=at, **values)


def reported(contribution: Contribution, at: datetime.datetime, *, hours: int | None, **values):
    row = ReportedText.objects.create(
        contribution=contribution,
        opened_at=at,
        settled_at=None if hours is None else at + datetime.timedelta(hours=hours),
        **values,
    )
    Report.objects.create(reported=row, reason_code="spam", created_at=at)
    return row


def decision(contribution: Contribution, action: str, at: datetime.datetime, reason: str = "spam"):
    return ModerationDecision.objects.create(
        contribution=contribution, action=action, reason_code=reason, decided_at=at
    )


def lines(year: int) -> list[tuple[str, object]]:
    with translation.override("en"):
        numbers = moderation_numbers(default_site())
    column = numbers.years.index(year)
    return [(row.label, row.values[column]) for row in numbers.rows]


def numbers_of(year: int) -> dict[str, object]:
    """By label; a label that occurs twice is told by the first line."""
    found: dict[str, object] = {}
    for label, value in lines(year):
        found.setdefault(label, value)
    return found


def test_each_thing_is_counted_in_the_year_in_which_it_began():
    first = sent(instant(2025))
    sent(instant(2025), visibility="pending")
    sent(instant(2025), visibility="draft")
    second = sent(instant(2026))
    CommentFactory(contribution=second, created_at=instant(2026))
    CommentFactory(contribution=second, created_at=instant(2026), role_badge="Kommunen")
    decision(first, "hide", instant(2026), "offensive")
    decision(first, "remove", instant(2026), "spam")
    decision(first, "restore", instant(2026), "")
    reported(first, instant(2025), hours=4, outcome="kept", report_count=3)
    reported(second, instant(2025), hours=8, outcome="taken_away", report_count=2)
    reported(second, instant(2025), hours=None, report_count=1, held_at=instant(2025))
    made = decision(second, "hide", instant(2026), "spam")
    Appeal.objects.create(
        decision=made,
        contribution=second,
        words="x",
        created_at=instant(2026),
        outcome="reversed",
        decided_at=instant(2026, 7),
    )
    assert moderation_numbers(default_site()).years == [2026, 2025]
    told = numbers_of(2025)
    assert told["Texts received"] == 2
    assert told["Published"] == 1
    assert told["Reports received"] == 6
    assert told["Reported texts and comments"] == 3
    assert told["Taken out of sight automatically, until a moderator looked"] == 1
    assert (told["Settled"], told["Stayed"], told["Hidden or removed"]) == (2, 1, 1)
    assert told["Half of the reports were answered within"] == 6
    assert told["Decisions not to show a text or a comment"] == 0
    told = numbers_of(2026)
    assert (told["Texts received"], told["Comments received"]) == (1, 1)
    assert told["Decisions not to show a text or a comment"] == 3
    assert (told["Spam or advertising"], told["Offensive language"]) == (2, 1)
    assert told["Half of the reports were answered within"] is None
    assert (told["Objections received"], told["Changed the decision"]) == (1, 1)


def test_the_time_a_text_waits_for_a_moderator_is_the_median():
    for hours in (1, 2, 30):
        text = sent(instant(2026))
        decision(text, "publish", instant(2026) + datetime.timedelta(hours=hours), "")
    assert numbers_of(2026)["Half were read within"] == 2


def test_a_year_ends_at_midnight_in_the_sites_own_time():
    sent(datetime.datetime(2025, 12, 31, 22, 59, 59, 999999, tzinfo=datetime.UTC))
    sent(datetime.datetime(2025, 12, 31, 23, 0, tzinfo=datetime.UTC))
    assert [numbers_of(year)["Texts received"] for year in (2025, 2026)] == [1, 1]


def test_another_sites_texts_are_not_counted():
    other = ContributionFactory(activity=ActivityFactory())
    site = default_site()
    site.pk, site.hostname, site.is_default_site = None, "nabo.example.dk", False
    site.save()
    Contribution.objects.filter(pk=other.pk).update(site=site)
    assert moderation_numbers(default_site()).years == []
    assert "There are no numbers yet" in citizens.words(
        Client(headers={"accept-language": "en"}).get(citizens.address("transparency"))
    )


def test_everybody_reads_the_table_and_takes_it_along():
    sent(timezone.now(), title="Et hemmeligt ord")
    client = Client(headers={"accept-language": "en"})
    url = citizens.address("transparency")
    page = client.get(url)
    year = str(timezone.localdate().year)
    table = citizens.page(page).find("table")
    assert [cell.get_text(strip=True) for cell in table.select("thead th")][1:] == [year]
    assert all(row.find("th")["scope"] == "row" for row in table.select("tbody tr"))
    assert page.cookies == {}
    text = b"".join(client.get(f"{url}?export=csv").streaming_content).decode("utf-8-sig")
    heading, first, *_rest = csv.reader(io.StringIO(text), delimiter=";")
    assert (heading, first) == (["", year], ["Texts received", "1"])
    sheet = load_workbook(io.BytesIO(client.get(f"{url}?export=xlsx").content)).active
    assert [cell.value for cell in sheet[2]] == ["Texts received", 1]
    assert "hemmeligt" not in page.content.decode() + text


@pytest.mark.parametrize("number", [0, 20, 200])
def test_the_numbers_cost_the_same_for_few_and_for_many(number):
    text = sent(instant(2026))
    for _ in range(number):
        made = decision(text, "hide", instant(2026))
        reported(text, instant(2026), hours=1, outcome="kept")
        Appeal.objects.create(decision=made, contribution=text, words="x", created_at=instant(2026))
    site = default_site()
    with CaptureQueriesContext(connection) as queries:
        moderation_numbers(site)
    assert len(queries) == 7
