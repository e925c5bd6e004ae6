"""What staff type in the admin."""

import dataclasses
from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale

from wagtail_borgerdialog.contributions.forms import PublicTextMixin, in_a_row
from wagtail_borgerdialog.contributions.models import (
    Contribution,
    PaperList,
    ReasonCode,
    Status,
    StatusKind,
)
from wagtail_borgerdialog.contributions.selectors import EnteredSupports
from wagtail_borgerdialog.form_fields import PlainLineField, PlainTextField
from wagtail_borgerdialog.models import Activity, Area, Category
from wagtail_borgerdialog.personal_data import Found, holds_cpr
from wagtail_borgerdialog.terms import Channel, NameDisplay
from wagtail_borgerdialog.text import clean_line

# Reached only by checking, counting and waiting.
FORMAL_KINDS = frozenset(
    {
        StatusKind.AWAITING_COPROPOSERS,
        StatusKind.IN_REVIEW,
        StatusKind.RETURNED,
        StatusKind.REJECTED_FORMAL,
        StatusKind.OPEN_FOR_SUPPORT,
        StatusKind.THRESHOLD_REACHED,
        StatusKind.EXPIRED,
    }
)
MAX_PEOPLE = 200
MAX_NAME = 100
ENTERED_CHANNELS = [choice for choice in Channel.choices if choice[0] != Channel.WEB]


def short_text(**kwargs: object) -> PlainTextField:
    """A few lines of plain text."""
    return PlainTextField(widget=forms.Textarea(attrs={"rows": 4}), **kwargs)


class NoteForm(forms.Form):
    """A decision that needs no reason."""

    internal_note = short_text(
        label=_("Internal note"),
        required=False,
        max_length=2000,
        help_text=_("Only colleagues see it."),
    )


class ReasonForm(forms.Form):
    """Why a text is not shown: what the author is told, and what stays among colleagues."""

    reason_code = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *ReasonCode.choices],
        error_messages={"required": _("Choose a reason.")},
    )
    rule_cited = PlainLineField(
        label=_("Rule"),
        required=False,
        max_length=200,
        help_text=_("The rule of the page or the law that it breaks. The author sees it."),
    )
    public_note = short_text(
        label=_("Statement of reasons"),
        required=False,
        max_length=2000,
        help_text=_(
            "Write to the author what the matter is, and what they can do. The author gets it by "
            "mail, and it is shown in place of the text. Only spam needs no statement."
        ),
    )
    internal_note = short_text(
        label=_("Internal note"),
        required=False,
        max_length=2000,
        help_text=_("Only colleagues see it."),
    )

    def clean(self) -> dict[str, object]:
        """Raise ``ValidationError`` when the author would not be told why."""
        data = super().clean()
        reason = data.get("reason_code")
        if reason and reason != ReasonCode.SPAM and not data.get("public_note"):
            self.add_error("public_note", _("Write to the author why."))
        return data


class StatusForm(forms.Form):
    """Where the case stands now."""

    status = forms.ModelChoiceField(
        label=_("Status"),
        queryset=Status.objects.none(),
        empty_label=_("Choose a status"),
        error_messages={"required": _("Choose a status.")},
        help_text=_("Citizens see it as a label on the text, and as a step on its timeline."),
    )
    by_role = PlainLineField(
        label=_("Signed as"),
        max_length=100,
        help_text=_(
            "A role or a unit, for example “Roads and parks”. Citizens never see your name."
        ),
    )
    note = short_text(
        label=_("Note to the public"),
        required=False,
        max_length=2000,
        help_text=_("What does the step mean, and what happens next? It is shown on the timeline."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].queryset = statuses_to_choose()


class PlaceForm(forms.Form):
    """District and subject."""

    area = forms.ModelChoiceField(
        label=_("District"),
        queryset=Area.objects.defer("boundary"),
        required=False,
        empty_label=_("The whole municipality"),
    )
    category = forms.ModelChoiceField(
        label=_("Category"),
        queryset=Category.objects.none(),
        required=False,
        empty_label=_("No category"),
    )

    def __init__(self, *args: object, item: Contribution | None = None, **kwargs: object) -> None:
        if item is not None:
            kwargs["initial"] = {"area": item.area_id, "category": item.category_id}
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = (
            categories_of(item) if item is not None else categories_to_choose()
        )


def statuses_to_choose() -> QuerySet[Status]:
    """Where staff can put a case; the steps of the formal check and of the clock are not theirs."""
    return Status.objects.exclude(kind__in=FORMAL_KINDS)


def categories_to_choose() -> QuerySet[Category]:
    """The categories in the site's main language."""
    return Category.objects.filter(locale=Locale.get_default())


def categories_of(item: Contribution) -> QuerySet[Category]:
    """The categories in the language that ``item`` has one in already, or the main one."""
    if item.category is not None:
        return Category.objects.filter(locale_id=item.category.locale_id)
    return categories_to_choose()


class EvidenceForm(forms.Form):
    """How something reached the municipality, and where the original is."""

    channel = forms.ChoiceField(
        label=_("How did it reach you"), choices=ENTERED_CHANNELS, initial=Channel.PAPER
    )
    evidence = PlainLineField(
        label=_("Evidence"),
        max_length=200,
        help_text=_(
            "Where a colleague can find the original: a case number, a list, a meeting and its "
            "date. Citizens do not see it."
        ),
    )


@dataclasses.dataclass(frozen=True)
class EnteredPerson:
    """One line of a paper list."""

    name: str
    email: str = ""
    address: str = ""


class PeopleField(forms.CharField):
    """One person a line: a name, then a semicolon or a tab, then an e-mail or postal address."""

    widget = forms.Textarea(attrs={"rows": 12})

    def to_python(self, value: object) -> list[EnteredPerson]:
        """The people. Raises ``ValidationError`` that names each line to correct."""
        lines = [line for line in str(value or "")[:100_000].splitlines() if clean_line(line)]
        if len(lines) > MAX_PEOPLE:
            raise ValidationError(
                _("Enter at most %(limit)s people at a time."), params={"limit": MAX_PEOPLE}
            )
        people: list[EnteredPerson] = []
        errors = []
        for number, line in enumerate(lines, start=1):
            try:
                person = self._person(line)
                if person in people:
                    raise ValidationError(_("the same as a line above."))
                people.append(person)
            except ValidationError as error:
                errors += [
                    _("Line %(number)s: %(error)s") % {"number": number, "error": message}
                    for message in error.messages
                ]
        if errors:
            raise ValidationError(errors)
        return people

    def validate(self, value: list[EnteredPerson]) -> None:
        if not value:
            raise ValidationError(_("Write at least one name."), code="required")

    def _person(self, line: str) -> EnteredPerson:
        if holds_cpr(line):
            raise ValidationError(_("there seems to be a CPR number. Take it out."))
        name, *rest = (clean_line(part) for part in line.replace("\t", ";").split(";"))
        where = ", ".join(part for part in rest if part)
        if not name:
            raise ValidationError(_("the name is missing."))
        if len(name) > MAX_NAME:
            raise ValidationError(_("the name is too long."))
        if "@" not in where:
            return EnteredPerson(name, address=where)
        try:
            validate_email(where)
        except ValidationError:
            raise ValidationError(_("this is not an e-mail address.")) from None
        return EnteredPerson(name, email=where)


class SupportForm(EvidenceForm):
    """A support that somebody gave by phone, by letter or at a meeting."""

    people = PeopleField(
        label=_("Person"),
        widget=forms.TextInput,
        help_text=_(
            "Name; e-mail or postal address. The postal address is not stored: it only makes sure "
            "that the same person counts once. Several people at once are a paper list."
        ),
    )

    def clean_people(self) -> list[EnteredPerson]:
        """The one person. Raises ``ValidationError`` for more."""
        people = self.cleaned_data["people"]
        if len(people) > 1:
            raise ValidationError(_("Enter one person here, or enter a paper list."))
        return people


class PaperListForm(EvidenceForm):
    """A signed list, which counts when a colleague has countersigned it."""

    name = PlainLineField(
        label=_("Name of the list"),
        max_length=PaperList._meta.get_field("name").max_length,
        help_text=_("So that a colleague finds it again, for example “The library, sheet 2”."),
    )
    people = PeopleField(
        label=_("People"),
        help_text=_(
            "One person a line: name; e-mail or postal address. You can paste two columns from a "
            "spreadsheet. The postal address is not stored: it only makes sure that the same "
            "person counts once. With a name alone nobody can see that two lists name the same "
            "person."
        ),
    )
    field_order = ["name", "channel", "evidence", "people"]


class ChooseListForm(forms.Form):
    """Which of the paper lists of a case; ``lists`` are those that can be chosen."""

    paper_list = forms.ChoiceField(
        label=_("Paper list"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a list.")},
    )

    def __init__(self, *args: object, lists: Sequence[PaperList] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.lists = {str(one.pk): one for one in lists}
        self.fields["paper_list"].choices = [(key, told(one)) for key, one in self.lists.items()]

    def clean_paper_list(self) -> PaperList:
        """The chosen list."""
        return self.lists[self.cleaned_data["paper_list"]]


class CountersignForm(ChooseListForm):
    """A colleague has compared a list with the paper. ``lines`` is what to compare, by list."""

    compared = forms.BooleanField(
        label=_("I have compared every line with the paper"),
        error_messages={"required": _("Compare the list with the paper, and tick this.")},
    )

    def __init__(self, *args: object, lines: Sequence[object] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines


class VoidListForm(ChooseListForm):
    """Why a list does not count."""

    reason = PlainLineField(
        label=_("Why does it not count?"),
        max_length=PaperList._meta.get_field("void_reason").max_length,
        help_text=_("Only colleagues see it."),
    )


def told(one: PaperList) -> str:
    """A paper list in one line."""
    lines = ngettext("%(n)s line", "%(n)s lines", one.line_count) % {"n": one.line_count}
    parts = [one.name, lines, date_format(timezone.localdate(one.entered_at)), str(one.entered_by)]
    return " – ".join([*parts, one.get_channel_display(), one.evidence])


class TakeBackForm(forms.Form):
    """Which of the supports that were entered shall not count after all."""

    entered = forms.ChoiceField(
        label=_("What was entered"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what was entered by mistake.")},
        help_text=_("All the supports that one colleague entered on one day, on one evidence."),
    )

    def __init__(
        self, *args: object, entered: Sequence[EnteredSupports] = (), **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {group.key: group for group in entered}
        self.fields["entered"].choices = [(group.key, said(group)) for group in entered]

    def clean_entered(self) -> EnteredSupports:
        """The chosen supports."""
        return self.groups[self.cleaned_data["entered"]]


def said(group: EnteredSupports) -> str:
    """What was entered, in one line: how many, when, by whom, from where."""
    n = len(group.ids)
    parts = [
        ngettext("%(n)s support", "%(n)s supports", n) % {"n": n},
        date_format(group.day),
        str(group.by),
        str(group.channel.label),
        group.evidence,
        group.batch,
    ]
    return " – ".join(part for part in parts if part)


class PersonForm(forms.Form):
    """For whom staff enter something."""

    name = PlainLineField(label=_("Name"), required=False, max_length=MAX_NAME)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("They get the receipt and all news by mail. Leave empty if they have none."),
    )
    address = PlainLineField(
        label=_("Postal address"),
        required=False,
        max_length=200,
        help_text=_("Not stored. It only helps to recognise the same person again."),
    )
    name_display = forms.ChoiceField(
        label=_("What the public sees of the name"),
        choices=[
            (NameDisplay.ANONYMOUS, _("Only “a citizen”")),
            (NameDisplay.FIRST_AND_AREA, _("First name and district")),
            (NameDisplay.FULL, _("Full name")),
        ],
        initial=NameDisplay.ANONYMOUS,
        help_text=_("Choose a name only if the person has said that it may be shown."),
    )


class EntryForm(PublicTextMixin, EvidenceForm, PersonForm):
    """A text that staff enter on somebody's behalf; rooms add what their kind needs."""

    public_fields = ("title", "body", "remarks")

    activity = forms.ModelChoiceField(
        label=_("Page"),
        queryset=Activity.objects.none(),
        empty_label=_("Choose a page"),
        error_messages={"required": _("Choose the page it belongs to.")},
    )
    title = PlainLineField(
        label=capfirst(_("title")), max_length=Contribution._meta.get_field("title").max_length
    )
    body = PlainTextField(
        label=capfirst(_("text")),
        max_length=10_000,
        help_text=_("As the person wrote or said it."),
    )
    area = forms.ModelChoiceField(
        label=_("District"),
        queryset=Area.objects.defer("boundary"),
        required=False,
        empty_label=_("The whole municipality"),
    )
    category = forms.ModelChoiceField(
        label=_("Category"),
        queryset=Category.objects.none(),
        required=False,
        empty_label=_("No category"),
    )
    field_order = [
        "activity",
        "title",
        "body",
        "area",
        "category",
        "name",
        "email",
        "address",
        "name_display",
        "channel",
        "evidence",
    ]

    def __init__(
        self,
        *args: object,
        activities: QuerySet[Activity],
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["activity"].queryset = activities
        self.fields["category"].queryset = categories_to_choose()

    def clean(self) -> dict[str, object]:
        """Raise ``ValidationError`` when a name is to be shown and there is none."""
        data = super().clean()
        shows_name = data.get("name_display") != NameDisplay.ANONYMOUS
        if shows_name and not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Write the name that the public is to see."))
        return data

    def warning(self, found: Sequence[Found]) -> str:
        return gettext("Everybody can read this: %(found)s. Take it out, or tick the box.") % {
            "found": in_a_row(found)
        }


def people_counted(counted: int, repeated: int, refused: int) -> str:
    """What became of a paper list, in a sentence or three."""
    parts = [
        ngettext("%(n)s support is counted.", "%(n)s supports are counted.", counted)
        % {"n": counted}
    ]
    if repeated:
        parts.append(
            ngettext(
                "%(n)s person had supported already and still counts once.",
                "%(n)s people had supported already and still count once.",
                repeated,
            )
            % {"n": repeated}
        )
    if refused:
        parts.append(
            ngettext(
                "%(n)s person may not support this page.",
                "%(n)s people may not support this page.",
                refused,
            )
            % {"n": refused}
        )
    return " ".join(parts)
