"""May somebody take part? One question, one answer type, never a bare False."""

import dataclasses
import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.terms import VerificationLevel


class DeniedReason(models.TextChoices):
    """Why not; the page turns it into a sentence and a next step."""

    NOT_SIGNED_IN = "not_signed_in", _("You need to sign in first.")
    NOT_VERIFIED = "not_verified", _("We need to be more sure of who you are.")
    TOO_YOUNG = "too_young", _("You are not old enough to take part here.")
    NOT_RESIDENT = "not_resident", _("Only people who live in the municipality can take part here.")
    NOT_DECLARED = "not_declared", _("You need to declare your age or where you live.")
    ALREADY_DONE = "already_done", _("You have done this already. You count once.")
    NOT_OPEN_YET = "not_open_yet", _("It has not opened yet.")
    CLOSED = "closed", _("It has closed.")
    PAUSED = "paused", _("It is paused at the moment.")
    HIDDEN = "hidden", _("This is not public.")
    SWITCHED_OFF = "switched_off", _("This page does not use it.")
    NOT_ACCEPTING = "not_accepting", _("The case does not accept support where it stands now.")
    NOT_READY = "not_ready", _("Something else has to happen first.")
    TEXT_CHANGED = "text_changed", _("The text has changed since you read it. Read it again.")
    FROZEN = "frozen", _("The text cannot be changed after the first support.")
    SECOND_PERSON = "second_person", _("A colleague has to approve what you wrote.")
    SOMEBODY_ANSWERED = "somebody_answered", _("Somebody has answered already.")
    NOT_TOGETHER = "not_together", _("These two cannot be merged where they stand now.")
    NAME_TAKEN = "name_taken", _("There is a list of this name already.")
    SAID_NO = "said_no", _("The author has said no to this.")
    NOT_YOURS = "not_yours", _("Only the person who wrote it can do this.")
    NO_PERMISSION = "no_permission", _("Your account may not do this.")
    SAME_PERSON = "same_person", _("You took the decision yourself. A colleague decides this.")
    NOT_IN_FORCE = "not_in_force", _("The decision does not hold any more.")


NEXT_STEPS = {
    DeniedReason.NOT_SIGNED_IN: _("Sign in, and you come back to this page."),
    DeniedReason.NOT_VERIFIED: _("Sign in in another way, or confirm the address of your account."),
    DeniedReason.TOO_YOUNG: _("You can still read along, and you can write to us."),
    DeniedReason.NOT_RESIDENT: _("You can still read along, and you can write to us."),
    DeniedReason.NOT_DECLARED: _("Go back, and tick the box if it is true."),
    DeniedReason.ALREADY_DONE: _("You do not have to do anything more."),
    DeniedReason.NOT_OPEN_YET: _("Come back when it opens. You can read about it now."),
    DeniedReason.CLOSED: _("You can still read it, and see what happens with it."),
    DeniedReason.PAUSED: _("Come back later. You can still read along."),
    DeniedReason.HIDDEN: _("Go back to the page, and see what else is there."),
    DeniedReason.SWITCHED_OFF: _("You can still read along."),
    DeniedReason.NOT_ACCEPTING: _("You can still read it, and see what happens with it."),
    DeniedReason.NOT_READY: _("Look at where the case stands."),
    DeniedReason.TEXT_CHANGED: _("Go back, and read the new text."),
    DeniedReason.FROZEN: _("You can still comment on it."),
    DeniedReason.SECOND_PERSON: _("Ask a colleague to read it and approve it."),
    DeniedReason.SOMEBODY_ANSWERED: _("Look at where it stands now."),
    DeniedReason.NOT_TOGETHER: _("Look at where it stands now."),
    DeniedReason.NAME_TAKEN: _("Give it another name, or void the other list."),
    DeniedReason.SAID_NO: _("Answer both texts instead."),
    DeniedReason.NOT_YOURS: _("Sign in with the account that you used then."),
    DeniedReason.NO_PERMISSION: _("Ask a colleague who administers the site."),
    DeniedReason.SAME_PERSON: _("Ask a colleague to decide it."),
    DeniedReason.NOT_IN_FORCE: _("Look at where the text stands now."),
}


@dataclasses.dataclass(frozen=True)
class Decision:
    """Allowed (``reason is None``), or denied with what a citizen needs to know."""

    reason: DeniedReason | None = None
    needs: VerificationLevel | None = None
    when: datetime.datetime | None = None
    age: int | None = None

    def __bool__(self) -> bool:
        return self.reason is None

    @property
    def sentence(self) -> str:
        """The reason in a full sentence, with the date, age or level it hangs on."""
        if self.reason is None:
            return ""
        if self.reason == DeniedReason.TOO_YOUNG and self.age:
            return gettext("You must be %(age)s years old to take part here.") % {"age": self.age}
        if self.when and self.reason == DeniedReason.NOT_OPEN_YET:
            return gettext("It opens on %(date)s.") % {"date": _in_full(self.when)}
        if self.when and self.reason == DeniedReason.CLOSED:
            return gettext("It closed on %(date)s.") % {"date": _in_full(self.when)}
        return str(self.reason.label)

    @property
    def next_step(self) -> str:
        """What the citizen can do about it, or instead."""
        return str(NEXT_STEPS[self.reason]) if self.reason is not None else ""

    @property
    def can_sign_in(self) -> bool:
        """Whether signing in (again, or with MitID) is the way on."""
        return self.reason in {DeniedReason.NOT_SIGNED_IN, DeniedReason.NOT_VERIFIED}


ALLOWED = Decision()


class NotAllowed(Exception):
    """An action was tried against the rules; carries the :class:`Decision`."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.sentence)
        self.decision = decision


def require(decision: Decision) -> None:
    """Raise :class:`NotAllowed` unless ``decision`` allows."""
    if not decision:
        raise NotAllowed(decision)


@dataclasses.dataclass(frozen=True)
class Person:
    """Who asks: a signed-in user, a participant known by mail, or nobody we know."""

    user: AbstractBaseUser | None = None
    participant: Participant | None = None
    level: VerificationLevel = VerificationLevel.NONE


NOBODY = Person()


def may_take_part(
    person: Person,
    activity: Activity,
    *,
    level: str,
    at: datetime.datetime,
    declared: bool,
) -> Decision:
    """The rules that hold for everything citizens do on an activity.

    ``declared`` says that the person has declared age and residence themselves; it counts only
    where the adapter cannot know. Staff who enter for others pass it after checking.
    """
    now = is_open(activity, at=at)
    if not now:
        return now
    return may_be_counted(
        person,
        level=level,
        minimum_age=activity.minimum_age,
        residents_only=activity.residents_only,
        declared=declared,
    )


def is_open(activity: Activity, *, at: datetime.datetime) -> Decision:
    """Whether the activity takes anything at ``at``, whoever sends it."""
    if activity.is_paused:
        return Decision(DeniedReason.PAUSED)
    if not activity.has_opened(at):
        return Decision(DeniedReason.NOT_OPEN_YET, when=activity.opens_at)
    if activity.has_closed(at):
        return Decision(DeniedReason.CLOSED, when=activity.closes_at)
    return ALLOWED


def may_be_counted(
    person: Person, *, level: str, minimum_age: int | None, residents_only: bool, declared: bool
) -> Decision:
    """Whether ``person`` is sure enough, old enough and at home here."""
    required = VerificationLevel(level)
    if not person.level.satisfies(required):
        reason = DeniedReason.NOT_VERIFIED if person.user else DeniedReason.NOT_SIGNED_IN
        return Decision(reason, needs=required)
    old_enough, resident = personal_answers(person, minimum_age, residents_only)
    if old_enough is False:
        return Decision(DeniedReason.TOO_YOUNG, age=minimum_age)
    if resident is False:
        return Decision(DeniedReason.NOT_RESIDENT)
    if (old_enough is None or resident is None) and not declared:
        return Decision(DeniedReason.NOT_DECLARED, age=minimum_age)
    return ALLOWED


def personal_answers(
    person: Person, minimum_age: int | None, residents_only: bool
) -> tuple[bool | None, bool | None]:
    """The adapter's yes, no or don't know: (old enough, resident). Unasked questions are yes."""
    old_enough: bool | None = True
    resident: bool | None = True
    adapter = get_adapter()
    if minimum_age:
        old_enough = adapter.is_old_enough(person.user, minimum_age) if person.user else None
    if residents_only:
        resident = adapter.is_resident(person.user) if person.user else None
    return old_enough, resident


def _in_full(instant: datetime.datetime) -> str:
    return date_format(localtime(instant), "DATETIME_FORMAT")
