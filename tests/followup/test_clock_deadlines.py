"""Working days and the end of a day, at the edges of the Danish calendar."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from wagtail_borgerdialog.followup.deadlines import (
    add_working_days,
    due,
    end_of,
    is_working_day,
    local_day,
    working_days_between,
)

HERE = ZoneInfo("Europe/Copenhagen")
MICROSECOND = datetime.timedelta(microseconds=1)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def here(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("after", "days", "lands_on"),
    [
        # Easter 2026: Maundy Thursday 2 April to Easter Monday 6 April.
        ("2026-04-01", 1, "2026-04-07"),
        ("2026-03-31", 2, "2026-04-07"),
        # Ascension Day is a Thursday, and the Friday after it a working day.
        ("2026-05-13", 1, "2026-05-15"),
        ("2026-05-22", 1, "2026-05-26"),  # Whit Monday
        ("2026-06-04", 1, "2026-06-08"),  # Constitution Day is a Friday
        # Christmas 2026: Thursday 24 to Saturday 26 December; New Year's Eve is a Thursday.
        ("2026-12-23", 1, "2026-12-28"),
        ("2026-12-23", 4, "2027-01-04"),
        ("2026-04-30", 1, "2026-05-01"),  # 1 May counts
        ("2023-05-04", 1, "2023-05-08"),  # Store bededag, the last time
        ("2024-04-25", 1, "2024-04-26"),  # and after it was abolished
        ("2026-03-06", 1, "2026-03-09"),  # a weekend
    ],
)
def test_working_days_step_over_weekends_and_danish_holidays(after, days, lands_on):
    assert add_working_days(day(after), days) == day(lands_on)


def test_the_day_of_the_event_does_not_count_and_zero_is_the_next_day_of_work():
    assert add_working_days(day("2026-03-11"), 1) == day("2026-03-12")
    assert add_working_days(day("2026-03-11"), 0) == day("2026-03-11")
    assert add_working_days(day("2026-04-03"), 0) == day("2026-04-07")


def test_counting_backwards_finds_the_day_of_a_reminder():
    assert add_working_days(day("2026-04-07"), -1) == day("2026-04-01")


def test_days_between_are_those_that_adding_steps_over():
    start = day("2026-03-20")
    for n in range(1, 260):
        end = add_working_days(start, n)
        assert is_working_day(end)
        assert working_days_between(start, end) == n
    assert working_days_between(start, start) == 0
    assert working_days_between(start, day("2026-03-01")) == 0


@pytest.mark.parametrize(
    ("ends", "last_minute", "offset"),
    [
        ("2026-03-28", "2026-03-28T22:59:59.999999+00:00", 1),
        ("2026-03-29", "2026-03-29T21:59:59.999999+00:00", 2),  # summer time begins
        ("2026-10-24", "2026-10-24T21:59:59.999999+00:00", 2),
        ("2026-10-25", "2026-10-25T22:59:59.999999+00:00", 1),  # and ends
        ("2026-12-31", "2026-12-31T22:59:59.999999+00:00", 1),
    ],
)
def test_a_day_ends_when_the_calendar_here_says_so(ends, last_minute, offset):
    end = end_of(day(ends))
    assert end == datetime.datetime.fromisoformat(last_minute)
    assert end.astimezone(HERE).utcoffset() == datetime.timedelta(hours=offset)
    assert local_day(end) == day(ends)
    assert local_day(end + MICROSECOND) == day(ends) + datetime.timedelta(days=1)


def test_the_event_counts_from_its_day_here_to_the_microsecond():
    midnight = here("2026-03-12T00:00:00")
    assert due(midnight - MICROSECOND, days=1) == end_of(day("2026-03-12"))
    assert due(midnight, days=1) == end_of(day("2026-03-13"))


def test_a_colleague_abroad_reads_the_clock_here():
    with timezone.override("Pacific/Auckland"):
        assert due(here("2026-03-11T12:00:00"), days=1) == end_of(day("2026-03-12"))
