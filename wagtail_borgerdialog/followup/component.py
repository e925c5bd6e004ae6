"""What the site asks the follow-up room."""

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from wagtail_borgerdialog.components import CalendarEntry, Component, DashboardCount, RetainedData
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.followup import events
from wagtail_borgerdialog.followup.models import Case, Promise

if TYPE_CHECKING:
    from wagtail_borgerdialog.contributions.timeline import TimelineSource


PROMISES_IN_CALENDAR = 100


class Answers(Component):
    key = "answers"
    order = 20

    def viewsets(self) -> Sequence[type]:
        from wagtail_borgerdialog.followup.viewsets.answers import AnswerTemplateViewSet

        return (AnswerTemplateViewSet,)

    def mail_names(self) -> Mapping[str, str]:
        return {"answered": _("The municipality answers")}

    def retained(self) -> Sequence[RetainedData]:
        from wagtail_borgerdialog.followup.retained import RETAINED

        return RETAINED

    def timeline_sources(self) -> Sequence["TimelineSource"]:
        from wagtail_borgerdialog.followup.timeline import ANSWERS

        return (ANSWERS,)

    def event_names(self) -> Mapping[str, str]:
        return {
            events.ANSWERED: _("The municipality has answered"),
            events.ANSWER_CHANGED: _("The municipality has changed its answer"),
        }

    def group_permissions(self) -> dict[str, Sequence[str]]:
        rights = ("add", "change", "delete", "view")
        return {
            "caseworkers": [f"borgerdialog_followup.{right}_answertemplate" for right in rights]
        }


class Clock(Component):
    key = "clock"
    # After the rooms whose clocks say what is owed from now on.
    order = 80

    def viewsets(self) -> Sequence[type]:
        from wagtail_borgerdialog.followup.viewsets.queue import QueueViewSet
        from wagtail_borgerdialog.followup.viewsets.units import UnitViewSet

        return (QueueViewSet, UnitViewSet)

    def dashboard_counts(self, user: AbstractBaseUser) -> Sequence[DashboardCount]:
        from wagtail_borgerdialog.followup.viewsets.queue import owed_counts

        return owed_counts(user)

    def group_permissions(self) -> dict[str, Sequence[str]]:
        rights = ("add", "change", "view")
        return {"caseworkers": [f"borgerdialog_followup.{right}_unit" for right in rights]}

    def mail_names(self) -> Mapping[str, str]:
        return {
            "answer_waits": _("The answer has to wait"),
            "answer_due": _("The answer waits no longer"),
            "answer_late": _("The answer is late"),
            "staff_handed_over": _("A case is handed over: to the caseworker or unit"),
            "staff_due_soon": _("An answer is due soon: to the caseworker or unit"),
            "staff_pause_over": _("A case waits no longer: to the caseworker or unit"),
            "staff_late": _("An answer is late: to the manager"),
        }

    def run_clock(self, *, at: datetime.datetime) -> int:
        from wagtail_borgerdialog.followup.actions.clock import run_clock

        return run_clock(at=at)

    def timeline_sources(self) -> Sequence["TimelineSource"]:
        from wagtail_borgerdialog.followup.clock_shown import CLOCK_STEPS

        return (CLOCK_STEPS,)

    def event_names(self) -> Mapping[str, str]:
        return {
            events.ANSWER_DUE: _("The municipality has said when it answers"),
            events.ANSWER_PAUSED: _("The answer has to wait"),
            events.ANSWER_OVERDUE: _("The answer is late"),
        }

    def calendar_entries(self, about: Model) -> Sequence[CalendarEntry]:
        case = None
        if isinstance(about, Contribution):
            case = Case.objects.owed().filter(contribution=about.pk).first()
        if case is None:
            return ()
        if case.paused_at is None:
            # The first instant at which it is late: the day before is the last in time.
            last_day = localdate(case.due_at - datetime.timedelta(microseconds=1))
            return (CalendarEntry("answer", _("The municipality answers"), last_day),)
        if case.next_decision_on is None:
            return ()
        return (CalendarEntry("decision", _("The next decision"), case.next_decision_on),)


class Promises(Component):
    key = "promises"
    order = 22

    def viewsets(self) -> Sequence[type]:
        from wagtail_borgerdialog.followup.viewsets.effect import EffectViewSet
        from wagtail_borgerdialog.followup.viewsets.promises import PromiseViewSet

        return (PromiseViewSet, EffectViewSet)

    def dashboard_counts(self, user: AbstractBaseUser) -> Sequence[DashboardCount]:
        from wagtail_borgerdialog.followup.viewsets.promises import late_counts

        return late_counts(user)

    def mail_names(self) -> Mapping[str, str]:
        return {
            "promise_made": _("A promise about the text"),
            "promise_news": _("What became of a promise"),
            "promise_late": _("A promise is late: to the unit"),
        }

    def run_clock(self, *, at: datetime.datetime) -> int:
        from wagtail_borgerdialog.followup.actions.promising import run_clock

        return run_clock(at=at)

    def timeline_sources(self) -> Sequence["TimelineSource"]:
        from wagtail_borgerdialog.followup.promises_shown import PROMISES

        return (PROMISES,)

    def event_names(self) -> Mapping[str, str]:
        return {
            events.PROMISE_MADE: _("The municipality has promised something"),
            events.PROMISE_CHANGED: _("There is news about a promise"),
            events.PROMISE_KEPT: _("The municipality has kept a promise"),
            events.PROMISE_BROKEN: _("The municipality has broken a promise"),
            events.PROMISE_DROPPED: _("The municipality has dropped a promise"),
            events.PROMISE_OVERDUE: _("A promise is late"),
        }

    def calendar_entries(self, about: Model) -> Sequence[CalendarEntry]:
        of_what = {"contribution" if isinstance(about, Contribution) else "activity": about.pk}
        promises = Promise.objects.public().open().filter(**of_what).order_by("due_on", "pk")
        return [
            CalendarEntry(
                f"promise{row.pk}", _("Promised: %(what)s") % {"what": row.what}, row.due_on
            )
            for row in promises[:PROMISES_IN_CALENDAR]
        ]
