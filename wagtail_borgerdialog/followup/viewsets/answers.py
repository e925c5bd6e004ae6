"""Official answers and internal notes on the screen of a case, and the templates for answers."""

import datetime
from collections.abc import Mapping, Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.admin.ui.tables import Column
from wagtail.log_actions import LogFormatter
from wagtail.models import ModelLogEntry
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.models.contribution import MODERATE
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.contributions.viewsets.cases import CasePart
from wagtail_borgerdialog.contributions.viewsets.staff_actions import StaffAction, as_it_reaches
from wagtail_borgerdialog.followup import rules
from wagtail_borgerdialog.followup.actions.answering import (
    approve_answer,
    change_answer,
    note_internally,
    publish_answer,
    write_answer,
)
from wagtail_borgerdialog.followup.admin_forms import (
    PUBLISH,
    ChangeForm,
    InternalNoteForm,
    MarkedForm,
    WriteForm,
    words_of,
)
from wagtail_borgerdialog.followup.models import (
    AnswerState,
    AnswerTemplate,
    InternalNote,
    OfficialAnswer,
    Outcome,
)
from wagtail_borgerdialog.followup.selectors import current, in_hand, newest
from wagtail_borgerdialog.models import ParticipationSettings

TOLD = gettext_lazy("The author gets it by mail, and those who follow the case are told.")


class WriteAnswer(StaffAction):
    """The next answer, as a draft or at once; a template can be its beginning."""

    name = "answer"
    label = gettext_lazy("Write an answer")
    permission = ANSWER
    form_class = WriteForm
    part_template = "wagtail_borgerdialog/admin/answer_templates.html"

    def suits(self, item: Contribution) -> bool:
        return bool(rules.can_be_answered(item))

    def consequences(self, item: Contribution) -> Sequence[str]:
        if rules.needs_two_people(item):
            return [
                _("Your answer is a draft until a colleague has approved it."),
                _("If you change what was approved, it has to be approved again."),
            ]
        if not rules.can_be_told(item):
            return [
                _("Your answer is a draft. It cannot be published where the case stands now."),
            ]
        return as_it_reaches(
            item,
            [
                _("A draft is seen by your colleagues only. You can publish it later."),
                _("When it is published, everybody can read it, and the status of the case moves."),
                str(TOLD),
            ],
        )

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        answer = in_hand(item)
        signature = ParticipationSettings.of(item.site).organisation_name
        return {
            "read": newest(item),
            "needs_two": rules.needs_two_people(item),
            "initial": words_of(answer) if answer else {"signed_as": signature},
        }

    def prefill(self, item: Contribution, query: Mapping[str, str]) -> dict[str, object]:
        template = _template(query)
        return words_of(template) if template else {}

    def part_context(self, item: Contribution, query: Mapping[str, str]) -> dict[str, object]:
        return {"templates": AnswerTemplate.objects.all(), "template": _template(query)}

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        with transaction.atomic():
            write_answer(item, data["words"], by=by, at=at, as_read=data["as_read"])
            if in_hand(item) is None:
                return _("The answer is public already.")
            if data.get("what_now") == PUBLISH:
                publish_answer(item, by=by, at=at)
                return _("The answer is public.")
        return _("The draft is kept.")


class _Read(StaffAction):
    """A decision about the answer in hand, which stands above the form."""

    permission = ANSWER
    form_class = MarkedForm
    part_template = "wagtail_borgerdialog/admin/answer_in_hand.html"

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        return {"read": in_hand(item)}

    def part_context(self, item: Contribution, query: Mapping[str, str]) -> dict[str, object]:
        return {"answer": in_hand(item)}


class ApproveAnswer(_Read):
    """A (second) person has read it."""

    name = "approveanswer"
    label = gettext_lazy("Approve the answer")

    def is_offered(self, user: AbstractBaseUser, item: Contribution) -> bool:
        if not super().is_offered(user, item):
            return False
        answer = in_hand(item)
        is_draft = answer is not None and answer.state == AnswerState.DRAFT
        return is_draft and bool(rules.may_approve(user, answer))

    def consequences(self, item: Contribution) -> Sequence[str]:
        return [
            _("It can be published from now on, alone or together with others."),
            _("To undo it, write the answer again: it is a draft then."),
        ]

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        approve_answer(item, by=by, at=at, as_read=data["as_read"])
        return _("The answer is approved. It is not public yet.")


class PublishAnswer(_Read):
    """Everybody can read it from now on."""

    name = "publishanswer"
    label = gettext_lazy("Publish the answer")

    def is_offered(self, user: AbstractBaseUser, item: Contribution) -> bool:
        if not super().is_offered(user, item):
            return False
        answer = in_hand(item)
        return answer is not None and bool(rules.may_publish(user, answer))

    def consequences(self, item: Contribution) -> Sequence[str]:
        return as_it_reaches(
            item,
            [
                _("Everybody can read it, and the status of the case moves."),
                str(TOLD),
                _("You cannot take it back, but you can answer again."),
            ],
        )

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        publish_answer(item, by=by, at=at, as_read=data["as_read"])
        return _("The answer is public.")


class ChangeAnswer(StaffAction):
    """Other words for what is public."""

    name = "changeanswer"
    label = gettext_lazy("Change the published answer")
    permission = ANSWER
    form_class = ChangeForm

    def suits(self, item: Contribution) -> bool:
        if rules.needs_two_people(item) or not rules.can_be_told(item):
            return False
        return current(item) is not None

    def consequences(self, item: Contribution) -> Sequence[str]:
        return as_it_reaches(
            item,
            [
                _("Everybody sees that the answer is changed, and when."),
                str(TOLD),
                _("If the municipality has decided something new, write a new answer instead."),
            ],
        )

    def form_kwargs(self, item: Contribution) -> dict[str, object]:
        answer = current(item)
        return {"read": answer, "initial": words_of(answer) if answer else {}}

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        if change_answer(item, data["words"], by=by, at=at, as_read=data["as_read"]):
            return _("The answer is changed.")
        return _("Nothing is changed.")


class WriteNote(StaffAction):
    """A word to colleagues."""

    name = "note"
    label = gettext_lazy("Write an internal note")
    permission = ANSWER
    form_class = InternalNoteForm

    def run(
        self,
        item: Contribution,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        note_internally(item, data["text"], by=by, at=at)
        return _("The note is kept.")


ANSWERING = (ApproveAnswer(), PublishAnswer(), WriteAnswer())
"""What leads to an answer; the step that comes next stands first."""
ANSWERED = (ChangeAnswer(), WriteNote())


class OfficialAnswersPart(CasePart):
    id = "official-answers"
    heading = gettext_lazy("Official answers")
    icon = "mail"
    template_name = "wagtail_borgerdialog/admin/official_answers.html"


class InternalNotesPart(CasePart):
    id = "internal-notes"
    heading = gettext_lazy("Internal notes")
    icon = "edit"
    template_name = "wagtail_borgerdialog/admin/internal_notes.html"


def answer_parts(case: Contribution, user: AbstractBaseUser) -> list[CasePart]:
    """The answers to ``case`` and what colleagues note. Two queries.

    What is not public is for those who answer or moderate.
    """
    works_on_it = user.has_perm(ANSWER) or user.has_perm(MODERATE)
    people = ("written_by", "approved_by", "published_by")
    rows = OfficialAnswer.objects.filter(contribution=case.pk).select_related(*people)
    answers = [row for row in rows if works_on_it or row.state == AnswerState.PUBLISHED]
    # What is in hand comes first, then the current one, then those before it.
    answers.sort(key=lambda row: row.state == AnswerState.PUBLISHED)
    parts: list[CasePart] = []
    if answers:
        stands = next((row.pk for row in answers if row.state == AnswerState.PUBLISHED), None)
        parts.append(OfficialAnswersPart(answers=answers, current=stands))
    if works_on_it:
        notes = list(InternalNote.objects.filter(case__contribution=case.pk).select_related("by"))
        if notes:
            parts.append(InternalNotesPart(notes=notes))
    return parts


def _template(query: Mapping[str, str]) -> AnswerTemplate | None:
    chosen = query.get("template", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        return None
    return AnswerTemplate.objects.filter(pk=int(chosen)).first()


class Answered(LogFormatter):
    """What Wagtail's log says about an answer: no words of it, for it is read outside the case."""

    label = gettext_lazy("Official answer")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        step = str(STEPS.get(log_entry.data.get("step"), self.label))
        outcome = dict(Outcome.choices).get(log_entry.data.get("outcome"), "")
        return f"{step} ({outcome})"


STEPS = {
    "written": gettext_lazy("Wrote an answer"),
    "approved": gettext_lazy("Approved the answer"),
    "published": gettext_lazy("Published the answer"),
    "changed": gettext_lazy("Changed the published answer"),
}


class AnswerTemplateViewSet(SnippetViewSet):
    model = AnswerTemplate
    icon = "copy"
    menu_label = gettext_lazy("Answer templates")
    menu_order = 74
    list_display = [
        "name",
        Column("outcome", label=capfirst(gettext_lazy("outcome")), accessor="get_outcome_display"),
        "signed_as",
    ]
    ordering = ["name"]
    add_to_reference_index = False
    copy_view_enabled = True
    panels = [
        HelpPanel(
            content=gettext_lazy(
                "Colleagues can begin an answer with it. What you change here does not change "
                "answers that are written already."
            )
        ),
        FieldPanel("name", help_text=gettext_lazy("Colleagues choose it by this name.")),
        FieldPanel("outcome"),
        FieldPanel("body"),
        FieldPanel("signed_as"),
        FieldPanel("binding_rule"),
        FieldPanel("is_priority_choice"),
    ]
