"""What staff do with promises: making one from a case, and each step after that."""

import datetime
from collections.abc import Callable, Mapping, Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.contributions.viewsets.staff_actions import StaffAction, as_it_reaches
from wagtail_borgerdialog.followup.actions import promising
from wagtail_borgerdialog.followup.models import Promise, PromiseState
from wagtail_borgerdialog.followup.promise_forms import (
    HandOverForm,
    MoveForm,
    NoteForm,
    PromiseForm,
    ReportForm,
    WhyForm,
)
from wagtail_borgerdialog.models import ParticipationSettings

OPEN = frozenset({PromiseState.OPEN})
SETTLED = frozenset({PromiseState.KEPT, PromiseState.BROKEN, PromiseState.DROPPED})


class MakePromise(StaffAction):
    """A promise about one case."""

    name = "promise"
    label = gettext_lazy("Make a promise")
    permission = ANSWER
    form_class = PromiseForm

    def suits(self, item: Contribution) -> bool:
        return item.is_public

    def consequences(self, item: Contribution) -> Sequence[str]:
        return as_it_reaches(
            item,
            [
                _("Everybody can read it on the page and in the list of promises, with the date."),
                _("The author gets a mail now, and each time something happens with it."),
                _("You cannot delete it. You can drop it, and say why."),
            ],
        )

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        case = getattr(item, "case", None)
        signature = ParticipationSettings.for_site(item.site).organisation_name
        unit = case.unit_id if case is not None else None
        return {"initial": {"promised_by": signature, "unit": unit}}

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        return promise_made(item.activity, item, data, by=by, at=at)


def promise_made(
    activity: object,
    contribution: Contribution | None,
    data: Mapping[str, object],
    *,
    by: AbstractBaseUser,
    at: datetime.datetime,
) -> str:
    """Make the promise that a :class:`PromiseForm` holds; returns what has happened."""
    words = ("what", "description", "promised_by", "unit", "due_on")
    _promise, is_new = promising.make_promise(
        activity=activity,
        contribution=contribution,
        by=by,
        at=at,
        money=promising.Money(budgeted=data["budgeted"]),
        **{name: data[name] for name in words},
    )
    if is_new:
        return _("The promise is made. Everybody can see it.")
    return _("Nothing is changed: the same is promised already.")


class PromiseAction(StaffAction):
    """One step of a promise; ``starts`` holds the states in which it can be taken."""

    permission = ANSWER
    starts: frozenset[str] = OPEN
    form_class = NoteForm
    act: Callable[..., bool]
    effects: Sequence[str] = ()
    done: str = ""

    def suits(self, item: Promise) -> bool:
        return item.state in self.starts

    def consequences(self, item: Promise) -> Sequence[str]:
        told = [gettext_lazy("The author of the text gets a mail.")] if item.contribution_id else []
        return [*self.effects, *told]

    def form_kwargs(self, item: Promise) -> dict[str, object]:
        return {"promise": item}

    def values(self, data: Mapping[str, object]) -> dict[str, object]:
        """The arguments of the action, from what was typed."""
        return dict(data)

    def run(
        self,
        item: Promise,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        if type(self).act(item, by=by, at=at, **self.values(data)):
            return str(self.done)
        return _("Nothing is changed.")


class Keep(PromiseAction):
    name = "keep"
    label = gettext_lazy("It is kept")
    act = staticmethod(promising.keep_promise)
    effects = (
        gettext_lazy("The promise is shown as kept."),
        gettext_lazy("If nothing else is promised about the case, the case is done."),
        gettext_lazy("To undo it, take the promise up again."),
    )
    done = gettext_lazy("The promise is kept.")


class Report(PromiseAction):
    name = "report"
    label = gettext_lazy("Tell how it is going")
    starts = frozenset({PromiseState.OPEN, PromiseState.KEPT})
    form_class = ReportForm
    act = staticmethod(promising.report_progress)
    effects = (gettext_lazy("The note and the amounts are shown on the page."),)
    done = gettext_lazy("Everybody can see how it is going.")

    def values(self, data: Mapping[str, object]) -> dict[str, object]:
        return {name: data[name] for name in ("money", "note", "by_role")}


class Move(PromiseAction):
    name = "move"
    label = gettext_lazy("Set another date")
    form_class = MoveForm
    act = staticmethod(promising.move_promise)
    effects = (
        gettext_lazy("The new date is shown. The old one stays on the timeline."),
        gettext_lazy("A later date shows a case that is under way as delayed."),
    )
    done = gettext_lazy("The date is moved.")


class HandOver(PromiseAction):
    name = "operation"
    label = gettext_lazy("Hand over to operation")
    starts = frozenset({PromiseState.OPEN, PromiseState.KEPT})
    form_class = HandOverForm
    act = staticmethod(promising.hand_over)
    effects = (
        gettext_lazy("The promise counts as kept, and everybody can see who runs it from now on."),
        gettext_lazy("If nothing else is promised about the case, it is shown as in operation."),
    )
    done = gettext_lazy("It is handed over.")


class Reopen(PromiseAction):
    name = "reopen"
    label = gettext_lazy("Take it up again")
    starts = SETTLED
    act = staticmethod(promising.reopen_promise)
    effects = (
        gettext_lazy("The promise is open again, for the day that it was promised for."),
        gettext_lazy("What has happened with it stays on the timeline."),
    )
    done = gettext_lazy("The promise is open again.")


class Break(PromiseAction):
    name = "break"
    label = gettext_lazy("It is not kept")
    is_serious = True
    form_class = WhyForm
    act = staticmethod(promising.break_promise)
    effects = (
        gettext_lazy("The promise is shown as broken, with your reason."),
        gettext_lazy("The status of the case stays as it is: change it if the case ends here."),
        gettext_lazy("To undo it, take the promise up again."),
    )
    done = gettext_lazy("The promise is shown as broken.")


class Drop(PromiseAction):
    name = "drop"
    label = gettext_lazy("Drop it")
    is_serious = True
    form_class = WhyForm
    act = staticmethod(promising.drop_promise)
    effects = (
        gettext_lazy("The promise is shown as dropped, with your reason."),
        gettext_lazy("The status of the case stays as it is: change it if the case ends here."),
        gettext_lazy("To undo it, take the promise up again."),
    )
    done = gettext_lazy("The promise is dropped.")


MAKE_PROMISE = MakePromise()
PROMISE_ACTIONS = (Keep(), Report(), Move(), HandOver(), Reopen(), Break(), Drop())
