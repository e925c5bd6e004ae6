"""What people may type when they share an idea or offer to help, and the error they get."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.forms import (
    AttachmentFormMixin,
    FormKeyMixin,
    MailingFormMixin,
    PublicTextMixin,
    SummaryRow,
    in_words,
    written_languages,
)
from wagtail_borgerdialog.contributions.listing import categories_in
from wagtail_borgerdialog.form_fields import PlainLineField, PlainTextField
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.models import Activity, Area, Category
from wagtail_borgerdialog.people.forms import SENDER_FIELDS, SenderFormMixin

TITLE_MAX_LENGTH = 140
BODY_MAX_LENGTH = 5_000
OFFER_MAX_LENGTH = 1_000
ANSWER_MAX_LENGTH = 2_000


class IdeaForm(FormKeyMixin, PublicTextMixin, MailingFormMixin, SenderFormMixin):
    """An idea, on one page. Pass ``questions``, a StreamField value, beside the sender's parts."""

    tells_deletion_day = True

    title = PlainLineField(
        label=_("Your idea in one sentence"),
        help_text=_("For example: “Benches with a view by the sports hall”."),
        max_length=TITLE_MAX_LENGTH,
        error_messages={"required": _("Write your idea in one sentence.")},
    )
    body = PlainTextField(
        label=_("Tell us more"),
        help_text=_(
            "What should change, where, and for whom? “Leave it as it is” is an idea too, and so "
            "is a worry: then tell us what should stay, or what worries you."
        ),
        max_length=BODY_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Tell us more about your idea.")},
    )
    category = forms.ChoiceField(
        label=_("What is it about?"),
        required=False,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    area = forms.ChoiceField(
        label=_("Which district is it about?"),
        required=False,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    address = PlainLineField(
        label=_("Where is it?"),
        help_text=_("An address, a place or a road, in words. Everybody can read it."),
        max_length=200,
        required=False,
    )
    # Filled in by a map of the host's or by "Use my position"; nobody has to type degrees.
    latitude = forms.FloatField(
        label=_("Latitude"), required=False, widget=forms.HiddenInput, localize=False
    )
    longitude = forms.FloatField(
        label=_("Longitude"), required=False, widget=forms.HiddenInput, localize=False
    )
    language = forms.ChoiceField(
        label=_("Which language do you write in?"),
        error_messages={
            "required": _("Choose a language."),
            "invalid_choice": _("Choose a language from the list."),
        },
    )

    # The questions whose answers this form has promised to keep private, by their ids: an editor
    # may change that while somebody writes.
    promised = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: object,
        activity: Activity,
        questions: Iterable[object] = (),
        asks_for_place: bool = True,
        **kwargs: object,
    ) -> None:
        super().__init__(*args, activity=activity, **kwargs)
        self.questions = list(questions)
        self.fields["language"].choices = written_languages()
        self.fields["language"].initial = get_language()
        self.categories = {row.slug: row for row in categories_in(activity)}
        self._offer("category", self.categories, _("I don’t know"))
        self.areas: dict[str, Area] = {}
        if asks_for_place:
            self.areas = {row.slug: row for row in Area.objects.defer("boundary")}
        else:
            for name in ("address", "latitude", "longitude"):
                del self.fields[name]
        self._offer("area", self.areas, _("The whole municipality, or I don’t know"))
        private = [question.id for question in self.questions if question.value["private"]]
        self.fields["promised"].initial = " ".join(private)
        self.private = {*private, *str(self.data.get("promised", "")).split()}
        for question in self.questions:
            self.fields[question_name(question.id)] = question_field(
                question, is_private=question.id in self.private
            )
        own = [name for name in self.fields if name not in SENDER_FIELDS]
        self.order_fields([*own, *SENDER_FIELDS])

    def _offer(self, name: str, rows: Mapping[str, Category | Area], nothing: str) -> None:
        if rows:
            choices = [(slug, row.name) for slug, row in rows.items()]
            self.fields[name].choices = [("", nothing), *choices]
        else:
            del self.fields[name]

    def clean(self) -> dict[str, object] | None:
        """A point that is none on earth is left out: no citizen has typed it."""
        cleaned = super().clean()
        point = self.cleaned_data.get("latitude"), self.cleaned_data.get("longitude")
        if None in point or not (abs(point[0]) <= 90 and abs(point[1]) <= 180):
            for name in ("latitude", "longitude"):
                self.errors.pop(name, None)
                self.cleaned_data[name] = None
        return cleaned

    @property
    def public_fields(self) -> list[str]:
        """The words that everybody reads, with the answers that are not private."""
        asked = [question.id for question in self.questions if question.id not in self.private]
        return ["title", "body", "address", *map(question_name, asked)]

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """What is asked about the idea itself, in order."""
        others = {*SENDER_FIELDS, self.anyway_name}
        return [field for field in self.visible_fields() if field.name not in others]

    def idea(self) -> Idea:
        """An unsaved idea with what was typed, of a valid form."""
        said = self.cleaned_data
        return Idea(
            title=said["title"],
            body=said["body"],
            category=self.categories.get(said.get("category", "")),
            area=self.areas.get(said.get("area", "")),
            address=said.get("address", ""),
            latitude=said.get("latitude"),
            longitude=said.get("longitude"),
            language=said["language"],
            answers=self.answers(),
            submission_key=self.submission_key,
        )

    def answers(self) -> list[dict[str, object]]:
        """What was asked and answered, with the promise that was made about it."""
        return [
            {
                "id": question.id,
                "question": question.value["label"],
                "value": self.cleaned_data.get(question_name(question.id), ""),
                "private": question.id in self.private,
            }
            for question in self.questions
        ]

    def summary(self) -> list[SummaryRow]:
        """What is about to be sent, of a form that may have errors."""
        unsaid = {"declaration", "language", self.anyway_name}
        rows = [
            SummaryRow(
                label=str(self.fields[name].label),
                value=in_words(self.fields[name], self[name].value()),
                language=str(self["language"].value() or "") if name in {"title", "body"} else "",
            )
            for name in self.fields
            if not (self[name].is_hidden or name in unsaid)
        ]
        said = self.cleaned_data if self.is_valid() else {}
        point = [said.get(name) for name in ("latitude", "longitude")]
        if None not in point:
            rows.append(
                SummaryRow(label=gettext("Position"), value=f"{point[0]:.5f}, {point[1]:.5f}")
            )
        return rows


def question_name(block_id: str) -> str:
    """The name of a question's field."""
    return f"question_{block_id}"


def question_field(question: object, *, is_private: bool) -> forms.Field:
    """The field for one block of a ``QuestionsBlock``."""
    asked = question.value
    common = {"label": asked["label"], "required": asked["required"]}
    help_text = asked["help"]
    if is_private:
        promise = gettext("Only the municipality sees your answer.")
        help_text = f"{help_text} {promise}".strip()
    common["help_text"] = help_text
    if question.block_type == "choice":
        options = [(option, option) for option in asked["options"]]
        return forms.ChoiceField(
            choices=options,
            widget=forms.RadioSelect,
            error_messages={
                "required": _("Choose an answer."),
                "invalid_choice": _("Choose an answer from the list."),
            },
            **common,
        )
    if question.block_type == "long_text":
        return PlainTextField(
            max_length=ANSWER_MAX_LENGTH, widget=forms.Textarea(attrs={"rows": 4}), **common
        )
    return PlainLineField(max_length=250, **common)


class AcceptForm(forms.Form):
    """The disclaimer on the last step; it has to be the wording that is in force."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    accepted = forms.BooleanField(
        label=_("I have read it: an idea is not a promise"),
        error_messages={"required": _("Tick the box when you have read it.")},
    )

    def __init__(self, *args: object, version: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.current = version

    def clean(self) -> dict[str, object] | None:
        """What is accepted must be what is in force now."""
        cleaned = super().clean()
        if self.cleaned_data.get("version") != self.current:
            self.add_error(
                "accepted", _("The text has changed since you read it. Read it and tick the box.")
            )
        return cleaned


class AttachmentForm(AttachmentFormMixin):
    """Pictures and PDFs, after the idea itself has arrived."""

    def clean(self) -> dict[str, object] | None:
        """Sending the form with nothing in it is a mistake, not a wish."""
        cleaned = super().clean()
        if not self.errors and not self.attachments:
            self.add_error("attachment_1", _("Choose a picture or a PDF first."))
        return cleaned


class HelpOfferForm(FormKeyMixin, PublicTextMixin, MailingFormMixin, SenderFormMixin):
    """An offer to help with an idea."""

    tells_deletion_day = True

    public_fields = ("text",)

    text = PlainTextField(
        label=_("How can you help?"),
        help_text=_("For example: “I have a trailer” or “I can water the plants on Sundays”."),
        max_length=OFFER_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write how you can help.")},
    )
