"""Answers to several cases at once."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Model, Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_borgerdialog.contributions.bulk_actions import StaffBulkAction, bulk_actions_for
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.followup import rules
from wagtail_borgerdialog.followup.actions.answering import (
    approve_answer,
    publish_answer,
    write_answer,
)
from wagtail_borgerdialog.followup.admin_forms import PUBLISH, BulkAnswerForm, BulkReadForm
from wagtail_borgerdialog.followup.models import AnswerState, OfficialAnswer
from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.text import excerpt

BEGINNING = 200


class _Answers(StaffBulkAction):
    permission = ANSWER
    # With the site come its settings, which every rule asks.
    related = ("site__participationsettings", "status", "participant", "area")

    def scoped(self) -> QuerySet[Model]:
        rows = OfficialAnswer.objects.in_hand()
        return (
            super()
            .scoped()
            .prefetch_related(
                Prefetch("official_answers", queryset=rows, to_attr="answers_in_hand")
            )
        )

    def answer_of(self, obj: Contribution) -> OfficialAnswer | None:
        """The answer in hand, read with the row."""
        answer = next(iter(obj.answers_in_hand), None)
        if answer is not None:
            answer.contribution = obj
        return answer


class AnswerAll(_Answers):
    """One text for all of them."""

    action_type = "borgerdialog_answer"
    action_priority = 50
    display_name = gettext_lazy("Answer with one text")
    aria_label = gettext_lazy("Answer those selected with one text")
    form_class = BulkAnswerForm

    def check_perm(self, obj: Contribution) -> bool:
        # What a colleague has begun is not overwritten.
        return self.answer_of(obj) is None and bool(rules.can_be_answered(obj))

    def question(self, n: int) -> str:
        return ngettext(
            "You are about to answer %(n)s case.",
            "You are about to answer %(n)s cases with one text.",
            n,
        ) % {"n": n}

    def consequences(self) -> Sequence[str]:
        return [
            _("Drafts are seen by your colleagues only."),
            _(
                "When they are published, everybody can read them, each status moves, and each "
                "author gets a mail."
            ),
            _("What cannot be published where it stands is kept as a draft."),
        ]

    def get_initial(self) -> dict[str, object]:
        names = {ParticipationSettings.of(obj.site).organisation_name for obj in self.chosen}
        return {**super().get_initial(), "signed_as": names.pop() if len(names) == 1 else ""}

    def run(self, obj: Contribution, data: dict[str, object], *, at: datetime.datetime) -> bool:
        user = self.request.user
        with transaction.atomic():
            # Empty: nothing was in hand when it was chosen, and what is public is no draft.
            is_new = write_answer(obj, data["words"], by=user, at=at)
            publishes = data["what_now"] == PUBLISH and not rules.needs_two_people(obj)
            if is_new and publishes and rules.can_be_told(obj):
                publish_answer(obj, by=user, at=at)
        return is_new


class _Read(_Answers):
    """A decision about the answers in hand, of which each row shows the beginning."""

    form_class = BulkReadForm

    def get_initial(self) -> dict[str, object]:
        found = [self.answer_of(obj) for obj in self.chosen]
        marks = [answer.mark for answer in found if answer is not None]
        return {**super().get_initial(), "as_read": " ".join(marks)}

    def mark_read(self, obj: Contribution, data: dict[str, object]) -> str:
        """The mark of its answer as it was read; empty when it has changed since then."""
        answer = self.answer_of(obj)
        is_read = answer is not None and answer.mark in str(data["as_read"]).split()
        return answer.mark if is_read else ""

    def object_context(self, obj: Contribution) -> dict[str, object]:
        answer = self.answer_of(obj)
        said = f"{answer}: {excerpt(answer.body, BEGINNING)}" if answer else ""
        return {**super().object_context(obj), "name": f"{obj} – {said}"}


class ApproveAnswers(_Read):
    """A second person has read them."""

    action_type = "borgerdialog_approve_answer"
    action_priority = 51
    display_name = gettext_lazy("Approve the answers")
    aria_label = gettext_lazy("Approve the answers to those selected")

    def check_perm(self, obj: Contribution) -> bool:
        answer = self.answer_of(obj)
        if answer is None or answer.state != AnswerState.DRAFT or not rules.can_be_answered(obj):
            return False
        own = answer.written_by_id in {self.request.user.pk, None}
        return not (own and rules.needs_two_people(obj))

    def question(self, n: int) -> str:
        return ngettext(
            "You are about to approve %(n)s answer.", "You are about to approve %(n)s answers.", n
        ) % {"n": n}

    def consequences(self) -> Sequence[str]:
        return [
            _("They can be published from now on. You say that you have read them."),
            _("To undo it, open each of them and write the answer again."),
        ]

    def run(self, obj: Contribution, data: dict[str, object], *, at: datetime.datetime) -> bool:
        return approve_answer(obj, by=self.request.user, at=at, as_read=self.mark_read(obj, data))


class PublishAnswers(_Read):
    """Everybody can read what is approved."""

    action_type = "borgerdialog_publish_answer"
    action_priority = 52
    display_name = gettext_lazy("Publish approved answers")
    aria_label = gettext_lazy("Publish the approved answers to those selected")

    def check_perm(self, obj: Contribution) -> bool:
        answer = self.answer_of(obj)
        is_approved = answer is not None and answer.state == AnswerState.APPROVED
        return is_approved and bool(rules.can_be_told(obj))

    def question(self, n: int) -> str:
        return ngettext(
            "You are about to publish %(n)s answer.", "You are about to publish %(n)s answers.", n
        ) % {"n": n}

    def consequences(self) -> Sequence[str]:
        return [
            _("Everybody can read them, each status moves, and each author gets a mail."),
            _("You cannot take them back, but you can answer again."),
        ]

    def run(self, obj: Contribution, data: dict[str, object], *, at: datetime.datetime) -> bool:
        publish_answer(obj, by=self.request.user, at=at, as_read=self.mark_read(obj, data))
        return True


def answer_actions(model: type[Contribution]) -> list[type[StaffBulkAction]]:
    """What can be done about the answers to several rows of ``model``."""
    return bulk_actions_for(model, AnswerAll, ApproveAnswers, PublishAnswers)
