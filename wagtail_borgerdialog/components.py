"""What the whole site needs from every room, collected without naming any of them.

A room registers one :class:`Component` in ``AppConfig.ready()``. The menu, the dashboard, the
clock, the sitemap and the counters ask the registry, so the floors below never import the rooms
above.
"""

import dataclasses
import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
    from django.db.models import Model, QuerySet
    from django.utils.functional import Promise
    from wagtail.models import Site

    from wagtail_borgerdialog.contributions.timeline import TimelineSource


class Component:
    """One room's answers to the site's questions. Override what the room has."""

    key: str = ""
    order: int = 100
    contribution_model: "type[Model] | None" = None

    def viewsets(self) -> Sequence[type]:
        """Snippet viewsets for the *Participation* menu, in menu order."""
        return ()

    def dashboard_counts(self, user: "AbstractBaseUser") -> Sequence["DashboardCount"]:
        """What awaits this member of staff."""
        return ()

    def mail_names(self) -> Mapping[str, str]:
        """What staff call the mails that the room sends, by the name of the template."""
        return {}

    def run_clock(self, *, at: datetime.datetime) -> int:
        """Write down what time has decided by ``at``; returns how many things changed."""
        return 0

    def recount(self, *, fix: bool) -> Sequence[str]:
        """Compare counters with rows; returns one line for each that differs."""
        return ()

    def setup(self) -> Sequence[str]:
        """Create missing defaults (idempotent); returns one line for each thing made."""
        return ()

    def group_permissions(self) -> dict[str, Sequence[str]]:
        """Permissions (``app_label.codename``) by role: editors, moderators, caseworkers."""
        return {}

    def timeline_sources(self) -> Sequence["TimelineSource"]:
        """What the room tells on the timeline of a case."""
        return ()

    def answer_deadlines(self) -> Sequence["AnswerDeadline"]:
        """What makes the municipality owe an answer to the room's contributions."""
        return ()

    def calendar_entries(self, about: "Model") -> Sequence["CalendarEntry"]:
        """The dates that the room gives ``about``: an activity, or a contribution of everybody's.

        A room answers for the kinds it knows, and nothing for the others.
        """
        return ()

    def event_names(self) -> Mapping[str, str]:
        """What readers call the events that the room tells of: one short sentence by name.

        For followers: an event without a sentence is no news.
        """
        return {}

    def case_file(self, case: "Model") -> Sequence["CaseFilePart"]:
        """What the room adds to the record of ``case``, a contribution."""
        return ()

    def retained(self) -> Sequence["RetainedData"]:
        """The personal data that the room holds, and how it is exported, erased and purged."""
        return ()

    def searchable(
        self, user: "AbstractBaseUser | AnonymousUser", site: "Site"
    ) -> Sequence["QuerySet[Model]"]:
        """Querysets of what ``user`` may find on ``site``."""
        return ()


@dataclasses.dataclass(frozen=True)
class CaseFilePart:
    """One heading in the record of a case. ``rows`` are JSON values by what they are called."""

    name: str
    heading: "str | Promise"
    rows: Sequence[Mapping[str, object]]


class RetainedData:
    """Personal data of one kind, as ``people`` needs to know it. Override what applies.

    ``participant`` is a ``people.Participant``; every method is called in a transaction.
    """

    name: str = ""
    """The key in the file that a person downloads."""
    label: "str | Promise" = ""
    """The heading on a person's own page; without one it is only in the file."""
    models: Sequence[str] = ()
    """The tables that it answers for (``app_label.Model``); a test wants each table named."""

    def export(self, participant: "Model") -> list[dict[str, object]]:
        """What is held about ``participant``: JSON values, newest first.

        A person's own page shows ``title`` (with a link to ``url``), ``at`` (ISO 8601) and
        ``status``, and leads to ``undo_url`` to take it back; the file holds all the rest.
        """
        return []

    def take_down(self, participant: "Model", *, at: datetime.datetime) -> int:
        """Take what the person wrote out of the public's sight; returns how many texts."""
        return 0

    def erase(self, participant: "Model", *, at: datetime.datetime) -> int:
        """Remove what points to the person and keep what the case needs; returns how many rows.

        ``participant`` still has its name and address, and keeps its row without them. Keys of
        the person become ``participant.pseudonym``.
        """
        return 0

    def purge(self, *, at: datetime.datetime) -> int:
        """Erase what is kept no longer by ``at``; returns how many rows.

        A few hundred at a time: it is called again until nothing is left.
        """
        return 0


@dataclasses.dataclass(frozen=True)
class AnswerDeadline:
    """An event from which an answer is owed within a number of working days.

    ``kind`` is what is stored with the deadline and ``label`` what staff call it. ``event`` is one
    of ``contribution_event``; where it is ``status_changed``, ``status`` is the kind it changed
    to. ``setting`` names the field of the site's ``ParticipationSettings`` that holds the number;
    None there means that nothing is owed.
    """

    kind: str
    label: "str | Promise"
    event: str
    setting: str
    status: str = ""


@dataclasses.dataclass(frozen=True)
class CalendarEntry:
    """A date for people's own calendars. ``key`` names it among those of the same thing.

    A ``datetime.date`` is a whole day, an aware ``datetime.datetime`` a moment.
    """

    key: str
    title: str
    at: "datetime.date | datetime.datetime"
    text: str = ""


class DashboardCount:
    """A number on the admin's front page, with where to go, and since when the oldest waits."""

    def __init__(
        self, *, label: str, count: int, url: str, oldest: datetime.datetime | None = None
    ) -> None:
        self.label = label
        self.count = count
        self.url = url
        self.oldest = oldest


class Registry:
    """The components in force, in order."""

    def __init__(self) -> None:
        self._components: dict[str, Component] = {}

    def register(self, component: Component) -> None:
        """Add a room's component. Raises ``ValueError`` when its key is taken."""
        known = self._components.get(component.key)
        if known is not None and type(known) is not type(component):
            raise ValueError(f"A component named {component.key!r} is registered already.")
        self._components[component.key] = component

    def __iter__(self) -> Iterator[Component]:
        return iter(sorted(self._components.values(), key=lambda c: (c.order, c.key)))


registry = Registry()
