"""What staff can do with one contribution or comment, each on a page that says what it does."""

import datetime
from collections.abc import Mapping, Sequence

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_borgerdialog.contributions.actions import (
    change_status,
    enter_support,
    moderate,
    moderate_comment,
    take_back_entered,
)
from wagtail_borgerdialog.contributions.actions.correcting import correct_place
from wagtail_borgerdialog.contributions.actions.moderating import can_start
from wagtail_borgerdialog.contributions.admin_forms import (
    EnteredPerson,
    NoteForm,
    PlaceForm,
    ReasonForm,
    StatusForm,
    SupportForm,
    TakeBackForm,
    people_counted,
)
from wagtail_borgerdialog.contributions.models import Comment, Contribution
from wagtail_borgerdialog.contributions.models.contribution import MODERATE
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.contributions.rules import ANSWER, ENTER
from wagtail_borgerdialog.contributions.selectors import entered_rows, entered_supports
from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.people.actions import enter_person
from wagtail_borgerdialog.people.models import Participant


class StaffAction:
    """One thing to do. ``item`` has been found within the user's part of the page tree."""

    name: str = ""
    label: str = ""
    is_serious: bool = False
    permission: str = ""
    form_class: type[forms.Form] = forms.Form
    part_template: str = ""
    """What has to be read before it can be done, shown above the form."""

    def is_permitted(self, user: AbstractBaseUser) -> bool:
        """Whether ``user`` holds the right."""
        return user.has_perm(self.permission)

    def is_offered(self, user: AbstractBaseUser, item: Contribution | Comment) -> bool:
        """Whether ``user`` holds the right, and it makes sense where ``item`` stands."""
        return self.is_permitted(user) and self.suits(item)

    def suits(self, item: Contribution | Comment) -> bool:
        """Whether it can be done where ``item`` stands."""
        return True

    def consequences(self, item: Contribution | Comment) -> Sequence[str]:
        """What it will do and how to undo it, one sentence a line."""
        return ()

    def form_kwargs(self, item: Contribution | Comment) -> dict[str, object]:
        """What the form needs to know beside the data."""
        return {}

    def prefill(
        self, item: Contribution | Comment, query: Mapping[str, str]
    ) -> Mapping[str, object]:
        """What the address asks the form to begin with."""
        return {}

    def part_context(
        self, item: Contribution | Comment, query: Mapping[str, str]
    ) -> Mapping[str, object]:
        """What ``part_template`` shows."""
        return {}

    def run(
        self,
        item: Contribution | Comment,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        """Do it; returns what has happened. Raises ``NotAllowed`` or ``ValidationError``."""
        raise NotImplementedError


CASE_CONSEQUENCES: dict[str, list[str]] = {
    ModerationAction.PUBLISH: [
        gettext_lazy("Everybody can read it on the page from now on."),
        gettext_lazy("The author gets a mail with a link to it."),
        gettext_lazy("To undo it, hide it again."),
    ],
    ModerationAction.REJECT: [
        gettext_lazy("It stays off the page. Only its author and your colleagues can read it."),
        gettext_lazy("The author gets a mail with your reasons."),
        gettext_lazy("To undo it, show it: the mail cannot be called back."),
    ],
    ModerationAction.HIDE: [
        gettext_lazy("Citizens see your reason in its place, and not the text."),
        gettext_lazy("Its supports and comments are kept, but do not show."),
        gettext_lazy("The author gets a mail with your reasons."),
        gettext_lazy("To undo it, show it again."),
    ],
    ModerationAction.REMOVE: [
        gettext_lazy("Citizens see your reason in its place, and not the text."),
        gettext_lazy("The author gets a mail with your reasons."),
        gettext_lazy("It cannot be shown again. Hide it instead if you are not sure."),
    ],
    ModerationAction.RESTORE: [
        gettext_lazy("Everybody can read it on the page again, with its supports and comments."),
        gettext_lazy("The author gets a mail with a link to it."),
        gettext_lazy("To undo it, hide it again."),
    ],
}
COMMENT_CONSEQUENCES: dict[str, list[str]] = {
    ModerationAction.PUBLISH: [
        gettext_lazy("Everybody can read the comment from now on."),
        gettext_lazy("To undo it, hide it again."),
    ],
    ModerationAction.REJECT: [
        gettext_lazy("The comment does not show. The author gets a mail with your reasons."),
        gettext_lazy("To undo it, show it: the mail cannot be called back."),
    ],
    ModerationAction.HIDE: [
        gettext_lazy("Citizens see your reason in its place. Replies to it stay."),
        gettext_lazy("The author gets a mail with your reasons."),
        gettext_lazy("To undo it, show it again."),
    ],
    ModerationAction.REMOVE: [
        gettext_lazy("Citizens see your reason in its place. Replies to it stay."),
        gettext_lazy("The author gets a mail with your reasons."),
        gettext_lazy("It cannot be shown again. Hide it instead if you are not sure."),
    ],
    ModerationAction.RESTORE: [
        gettext_lazy("Everybody can read the comment again."),
        gettext_lazy("To undo it, hide it again."),
    ],
}
DONE: dict[str, str] = {
    ModerationAction.PUBLISH: gettext_lazy("It is public now."),
    ModerationAction.REJECT: gettext_lazy("It is not published."),
    ModerationAction.HIDE: gettext_lazy("It is hidden."),
    ModerationAction.REMOVE: gettext_lazy("It is removed."),
    ModerationAction.RESTORE: gettext_lazy("It is public again."),
}
FREE = {ModerationAction.PUBLISH, ModerationAction.RESTORE}


def reached_by_mail(item: Model) -> bool:
    """Whether a mail can reach whoever wrote ``item``: what came on paper may have no address."""
    return item.participant is not None and bool(item.participant.email)


def as_it_reaches(item: Model, consequences: Sequence[str]) -> Sequence[str]:
    """``consequences``, and a warning where the mail they speak of reaches nobody."""
    if reached_by_mail(item):
        return consequences
    return [
        *consequences,
        _("But we have no e-mail address here: no mail is sent. Tell the author in another way."),
    ]


class Moderate(StaffAction):
    """A decision about what the public sees."""

    permission = MODERATE

    def __init__(self, action: ModerationAction) -> None:
        self.action = action
        self.name = action.value
        self.label = action.label
        self.is_serious = action not in FREE
        self.form_class = NoteForm if action in FREE else ReasonForm

    def suits(self, item: Contribution | Comment) -> bool:
        if self.action in FREE and getattr(item, "has_formal_check", False):
            # What waits for a formal check is published by passing it.
            is_back = self.action == ModerationAction.RESTORE and item.published_at is not None
            return is_back and can_start(self.action, item)
        return can_start(self.action, item)

    def consequences(self, item: Contribution | Comment) -> Sequence[str]:
        texts = COMMENT_CONSEQUENCES if isinstance(item, Comment) else CASE_CONSEQUENCES
        return as_it_reaches(item, texts[self.action])

    def run(
        self,
        item: Contribution | Comment,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        self.decide(item, data, by=by, at=at)
        done = str(DONE[self.action])
        if self.action in FREE or not reached_by_mail(item):
            return done
        told = _("The author is told why.")
        return f"{done} {told}"

    def decide(
        self,
        item: Contribution | Comment,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> None:
        """Call the action that decides. Raises ``NotAllowed``."""
        decide = moderate_comment if isinstance(item, Comment) else moderate
        decide(item, self.action, by=by, at=at, **data)


class ChangeStatus(StaffAction):
    """A step of the case, on the public timeline."""

    name = "status"
    label = gettext_lazy("Change the status")
    permission = ANSWER
    form_class = StatusForm

    def suits(self, item: Contribution) -> bool:
        return not item.has_formal_check or item.published_at is not None

    def consequences(self, item: Contribution) -> Sequence[str]:
        return [
            _("The step shows on the public timeline, signed by the role you write."),
            _("To undo it, change the status back: both steps stay on the timeline."),
        ]

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        signature = ParticipationSettings.for_site(item.site).organisation_name
        return {"initial": {"status": item.status_id, "by_role": signature}}

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        moved = change_status(
            item, data["status"], by=by, at=at, by_role=data["by_role"], note=data["note"]
        )
        if not moved:
            return _("Nothing is changed: the case stands there already.")
        return _("The status is now “%(status)s”.") % {"status": item.status}


class CorrectPlace(StaffAction):
    """Where the contribution belongs."""

    name = "place"
    label = gettext_lazy("Correct district or category")
    form_class = PlaceForm

    def is_permitted(self, user: AbstractBaseUser) -> bool:
        return user.has_perm(MODERATE) or user.has_perm(ANSWER)

    def consequences(self, item: Contribution) -> Sequence[str]:
        return [_("Citizens find it under the new district and category. The text is not changed.")]

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        return {"item": item}

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        if correct_place(item, area=data["area"], category=data["category"], by=by, at=at):
            return _("District and category are corrected.")
        return _("Nothing is changed.")


class EnterSupports(StaffAction):
    """A support on the phone, in a letter or at a meeting."""

    name = "supports"
    label = gettext_lazy("Enter a support")
    permission = ENTER
    form_class = SupportForm

    def suits(self, item: Contribution) -> bool:
        return item.is_public and item.activity.supports_enabled

    def consequences(self, item: Contribution) -> Sequence[str]:
        return [
            _("The person is counted at once, and at most once."),
            _("It is stored that you entered it, and on what evidence."),
            _("With an e-mail address they get a mail with a link to withdraw it."),
            _("To undo it, take back what was entered."),
        ]

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        with transaction.atomic():
            (participant,) = entered_people(item, data["people"], at=at)
            is_new = enter_support(
                item,
                participant=participant,
                channel=data["channel"],
                evidence=data["evidence"],
                entered_by=by,
                at=at,
            )
        return people_counted(int(is_new), int(not is_new), 0)


def entered_people(
    item: Contribution, people: Sequence[EnteredPerson], *, at: datetime.datetime
) -> list[Participant]:
    """Whom staff have typed in, as we know them."""
    language = item.activity.page.locale.language_code
    return [
        enter_person(name=one.name, email=one.email, address=one.address, at=at, language=language)
        for one in people
    ]


class TakeBackSupports(StaffAction):
    """Undo supports that were entered by mistake, one by one."""

    name = "takeback"
    label = gettext_lazy("Take back entered supports")
    is_serious = True
    permission = ENTER
    form_class = TakeBackForm

    def suits(self, item: Contribution) -> bool:
        return entered_rows(item).exists()

    def consequences(self, item: Contribution) -> Sequence[str]:
        return [
            _("They do not count any more. Nobody gets a mail about it."),
            _("The status of the case stays as it is. What citizens gave themselves still counts."),
            _("To undo it, enter the people again."),
        ]

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        return {"entered": entered_supports(item)}

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        n = take_back_entered(item, row_ids=data["entered"].ids, by=by, at=at)
        return ngettext(
            "%(n)s support does not count any more.", "%(n)s supports do not count any more.", n
        ) % {"n": n}


PUBLISH, REJECT, HIDE, REMOVE, RESTORE = map(
    Moderate,
    [
        ModerationAction.PUBLISH,
        ModerationAction.REJECT,
        ModerationAction.HIDE,
        ModerationAction.REMOVE,
        ModerationAction.RESTORE,
    ],
)
# Dangerous ones come last.
MODERATION = (PUBLISH, RESTORE, REJECT, HIDE, REMOVE)
