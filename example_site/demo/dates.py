"""When things happened: whole days before today become instants, and all cases run in one order."""

import datetime
import random
from collections.abc import Callable
from itertools import groupby

from django.utils import timezone

Step = Callable[[datetime.datetime], None]

FIRST_MINUTE, LAST_MINUTE = 8 * 60, 21 * 60
ENOUGH_FOR_A_STEP = datetime.timedelta(minutes=8)
# What happened today happened within these hours before the demo was loaded.
TODAY_BEGAN = datetime.timedelta(hours=6)


class Case:
    """What happened with one idea or proposal, each step on its day."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, Step]] = []

    def then(self, days_ago: int, step: Step) -> None:
        """Do ``step`` on that day, after what was written down for the same day before."""
        self.steps.append((days_ago, step))


class Calendar:
    """Puts the steps of all cases in one order and gives each its instant."""

    def __init__(self, now: datetime.datetime, dice: random.Random) -> None:
        self.now = now
        self.dice = dice
        self.entries: list[tuple[datetime.datetime, Step]] = []

    def add(self, case: Case) -> None:
        """Enter the steps of ``case``."""
        in_order = sorted(case.steps, key=lambda step: -step[0])
        for days_ago, of_day in groupby(in_order, key=lambda step: step[0]):
            steps = [step for _days, step in of_day]
            self.entries += zip(self._instants(days_ago, len(steps)), steps, strict=True)

    def once(self, at: datetime.datetime, step: Step) -> None:
        """Enter a step that belongs to no case."""
        self.entries.append((at, step))

    def run(self) -> None:
        """Do everything, oldest first."""
        for at, step in sorted(self.entries, key=lambda entry: entry[0]):
            step(at)

    def day(self, days_ago: int) -> datetime.datetime:
        """The midnight at which that day began, on the site's clock."""
        zone = timezone.get_default_timezone()
        date = timezone.localdate(self.now, zone) - datetime.timedelta(days=days_ago)
        return datetime.datetime.combine(date, datetime.time(), tzinfo=zone)

    def end_of(self, days_ahead: int) -> datetime.datetime:
        """The last minute of a day to come."""
        return self.day(-days_ahead - 1) - datetime.timedelta(minutes=1)

    def _instants(self, days_ago: int, number: int) -> list[datetime.datetime]:
        if days_ago == 0:
            start, end = self.now - TODAY_BEGAN, self.now - number * ENOUGH_FOR_A_STEP
        else:
            start = self.day(days_ago) + datetime.timedelta(minutes=FIRST_MINUTE)
            end = self.day(days_ago) + datetime.timedelta(minutes=LAST_MINUTE)
        room = (end - start) - (number - 1) * ENOUGH_FOR_A_STEP
        offsets = sorted(self.dice.random() for _ in range(number))
        return [
            start + offset * room + place * ENOUGH_FOR_A_STEP
            for place, offset in enumerate(offsets)
        ]
