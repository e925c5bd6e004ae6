"""What the municipality has promised, told through the package's own actions."""

import datetime
from collections.abc import Mapping
from functools import partial

from django.utils import timezone

from example_site.demo.content import Item, promises
from example_site.demo.dates import Calendar, Case
from example_site.demo.municipality import Municipality
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.followup.actions import promising
from wagtail_borgerdialog.followup.models import Promise, Unit


class PromiseTeller:
    """From the promise to what became of it. ``keys`` says which case each key stands for."""

    def __init__(
        self, place: Municipality, calendar: Calendar, *, keys: Mapping[str, Mapping[str, int]]
    ) -> None:
        self.place = place
        self.calendar = calendar
        self.keys = keys
        self.by = place.staff["sagsbehandler"]

    def tell(self) -> None:
        """Put every promise and its steps on the calendar."""
        for item in promises()["promises"]:
            case = Case()
            case.then(item["days_ago"], partial(self.make, item))
            for step in item["steps"]:
                case.then(step["days_ago"], partial(getattr(self, step["step"]), item, step))
            self.calendar.add(case)

    def contribution(self, key: str) -> Contribution:
        """What the promise is about, as it stands now."""
        pk = next(keys[key] for keys in self.keys.values() if key in keys)
        return Contribution.objects.select_related("activity__page", "site", "status").get(pk=pk)

    def promise(self, item: Item) -> Promise:
        """It, as it stands now."""
        return Promise.objects.select_related("activity").get(what=item["what"])

    def day(self, days: int) -> datetime.date:
        """The day that many days from today."""
        return timezone.localdate(self.calendar.now) + datetime.timedelta(days=days)

    def unit(self, name: str | None) -> Unit | None:
        """The unit of that name, with a mailbox that leads nowhere."""
        if name is None:
            return None
        mailbox = name.lower().replace(" ", "")
        return Unit.objects.get_or_create(name=name, defaults={"email": f"{mailbox}@example.dk"})[0]

    def make(self, item: Item, at: datetime.datetime) -> None:
        about = self.contribution(item["slug_key"]) if "slug_key" in item else None
        activity = about.activity if about else self.place.activities[item["activity"]]
        promising.make_promise(
            activity=activity,
            contribution=about,
            unit=self.unit(item["unit"]),
            due_on=self.day(item["due_in_days"]),
            money=promising.Money(budgeted=item["budgeted"]),
            by=self.by,
            at=at,
            **{name: item[name] for name in ("what", "description", "promised_by")},
        )

    def signed(self, item: Item, at: datetime.datetime) -> dict[str, object]:
        return {"by": self.by, "by_role": item["promised_by"], "at": at}

    def report(self, item: Item, step: Item, at: datetime.datetime) -> None:
        money = promising.Money(item["budgeted"], step["committed"], step["spent"])
        promising.report_progress(
            self.promise(item), money=money, note=step["note"], **self.signed(item, at)
        )

    def move(self, item: Item, step: Item, at: datetime.datetime) -> None:
        promising.move_promise(
            self.promise(item),
            due_on=self.day(step["due_in_days"]),
            note=step["note"],
            **self.signed(item, at),
        )

    def keep(self, item: Item, step: Item, at: datetime.datetime) -> None:
        promising.keep_promise(self.promise(item), note=step["note"], **self.signed(item, at))

    def hand_over(self, item: Item, step: Item, at: datetime.datetime) -> None:
        promising.hand_over(
            self.promise(item),
            to=self.unit(step["to"]),
            note=step["note"],
            **self.signed(item, at),
        )

    def drop(self, item: Item, step: Item, at: datetime.datetime) -> None:
        promising.drop_promise(self.promise(item), reason=step["reason"], **self.signed(item, at))

    def broken(self, item: Item, step: Item, at: datetime.datetime) -> None:
        promising.break_promise(self.promise(item), reason=step["reason"], **self.signed(item, at))
