"""Working days, and the last instant of a day: pure arithmetic, without a database.

A deadline is inclusive: an answer is on time to the end of the day that was shown. Weekends,
public holidays, Constitution Day (5 June), 24 and 31 December are no working days: the days on
which Danish law lets no time limit run out (forældelsesloven § 27, stk. 2). 1 May is one.
"""

import datetime
from functools import lru_cache

import holidays
from django.utils import timezone

ONE_DAY = datetime.timedelta(days=1)
SATURDAY = 5
OFF = frozenset({(6, 5), (12, 24), (12, 31)})
"""Month and day of the days off that are not public holidays."""


@lru_cache(maxsize=64)
def _public_holidays(year: int) -> frozenset[datetime.date]:
    return frozenset(holidays.country_holidays("DK", years=year))


def is_working_day(day: datetime.date) -> bool:
    """Whether a Danish municipality works on ``day``."""
    return (
        day.weekday() < SATURDAY
        and (day.month, day.day) not in OFF
        and day not in _public_holidays(day.year)
    )


def add_working_days(day: datetime.date, n: int) -> datetime.date:
    """The ``n``-th working day after ``day``, which itself does not count; before it if negative.

    With 0 it is ``day``, or the first working day after it.
    """
    if n == 0:
        while not is_working_day(day):
            day += ONE_DAY
        return day
    step = ONE_DAY if n > 0 else -ONE_DAY
    left = abs(n)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def working_days_between(start: datetime.date, end: datetime.date) -> int:
    """How many working days lie after ``start``, up to and including ``end``; 0 if none."""
    days = max((end - start).days, 0)
    return sum(is_working_day(start + ONE_DAY * (n + 1)) for n in range(days))


def local_day(instant: datetime.datetime) -> datetime.date:
    """The day of ``instant`` on the calendar here (``TIME_ZONE``), whatever zone is active."""
    return timezone.localdate(instant, timezone.get_default_timezone())


def end_of(day: datetime.date) -> datetime.datetime:
    """The last instant of ``day`` here, in UTC: what comes a microsecond later is late.

    A day on the calendar: those on which summer time begins and ends last 23 and 25 hours.
    """
    zone = timezone.get_default_timezone()
    next_midnight = datetime.datetime.combine(day + ONE_DAY, datetime.time.min, tzinfo=zone)
    return next_midnight.astimezone(datetime.UTC) - datetime.timedelta(microseconds=1)


def due(since: datetime.datetime, *, days: int) -> datetime.datetime:
    """The last instant of the ``days``-th working day after the day of ``since``."""
    return end_of(add_working_days(local_day(since), days))
