"""What citizens type and add around a contribution."""

import dataclasses
import json
import uuid
from collections.abc import Sequence

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.contributions.actions.attaching import PreparedFile, prepare_file
from wagtail_borgerdialog.form_fields import PlainLineField, PlainTextField
from wagtail_borgerdialog.people.forms import SenderFormMixin
from wagtail_borgerdialog.personal_data import Found, contact_data
from wagtail_borgerdialog.spam import HoneypotMixin
from wagtail_borgerdialog.terms import NameDisplay, VerificationLevel
from wagtail_borgerdialog.text import strip_unsafe

COMMENT_MAX_LENGTH = 3000
ACCEPTED_FILES = "image/jpeg,image/png,image/webp,application/pdf"


class AttachmentField(forms.FileField):
    """One picture or PDF; its cleaned value is a ``PreparedFile``, or None."""

    widget = forms.FileInput(attrs={"accept": ACCEPTED_FILES})

    def clean(self, data: object, initial: object = None) -> PreparedFile | None:
        """Make the file safe. Raises ``ValidationError`` that says what to do instead."""
        upload = super().clean(data, initial)
        return prepare_file(upload) if upload else None


@dataclasses.dataclass(frozen=True)
class AttachmentSlot:
    """Where one file goes: a picker, and the words for those who cannot see the picture."""

    number: int
    file: forms.BoundField
    alt: forms.BoundField

    @property
    def is_used(self) -> bool:
        """Whether something was chosen or written here, or is wrong."""
        return bool(self.file.errors or self.alt.errors or self.alt.value() or self.file.data)


class AttachmentFormMixin(forms.Form):
    """Adds pictures and PDFs to a form, each beside its own description.

    Pass ``request.FILES`` and write ``enctype="multipart/form-data"``; show the slots with
    ``contributions/attachment_fields.html``. A valid form has ``attachments``: pairs of a
    ``PreparedFile`` and its description, for ``actions.attaching.add_attachments``.
    """

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, app_settings.ATTACHMENTS_PER_CONTRIBUTION + 1):
            self.fields[f"attachment_{number}"] = AttachmentField(
                label=_("Picture or PDF"), required=False
            )
            self.fields[f"attachment_{number}_alt"] = PlainLineField(
                label=_("What does the picture show?"),
                help_text=_("For people who cannot see it. A PDF needs no description."),
                max_length=250,
                required=False,
            )

    @property
    def attachment_slots(self) -> list[AttachmentSlot]:
        """The places for files, in order."""
        return [
            AttachmentSlot(number, self[f"attachment_{number}"], self[f"attachment_{number}_alt"])
            for number in range(1, app_settings.ATTACHMENTS_PER_CONTRIBUTION + 1)
        ]

    @property
    def attachment_limit(self) -> str:
        """How large a file may be, in words."""
        return filesizeformat(app_settings.ATTACHMENT_MAX_BYTES)

    @property
    def lost_files(self) -> bool:
        """Whether files were chosen that the browser will not send again by itself."""
        chosen = any(slot.file.data for slot in self.attachment_slots)
        return self.is_bound and bool(self.errors) and chosen

    @property
    def attachments_are_many(self) -> bool:
        """Whether more than the first place is in use."""
        return any(slot.is_used for slot in self.attachment_slots[1:])

    @property
    def attachments(self) -> list[tuple[PreparedFile, str]]:
        """What was added, of a valid form."""
        pairs = []
        for number in range(1, app_settings.ATTACHMENTS_PER_CONTRIBUTION + 1):
            file = self.cleaned_data.get(f"attachment_{number}")
            if file is not None:
                pairs.append((file, self.cleaned_data.get(f"attachment_{number}_alt", "")))
        return pairs

    def clean(self) -> dict[str, object] | None:
        """A picture needs a description, and a description needs a picture."""
        cleaned = super().clean()
        for number in range(1, app_settings.ATTACHMENTS_PER_CONTRIBUTION + 1):
            file = self.cleaned_data.get(f"attachment_{number}")
            alt_name = f"attachment_{number}_alt"
            if file is not None and file.is_image and self.cleaned_data.get(alt_name) == "":
                self.add_error(alt_name, ValidationError(gettext("Write what the picture shows.")))
        return cleaned


class MailingFormMixin(HoneypotMixin):
    """A sender's form (put it before ``SenderFormMixin``) that mails whoever's address was typed.

    No machine may make us. Where nobody is mailed a form that a machine seems to have sent stays
    valid, and a moderator looks first.
    """

    error_machine = _("We could not tell that a person sent this. Press the button once more.")

    def clean(self) -> dict[str, object] | None:
        """Raise no doubt of a person: what comes back can be sent by pressing the button again."""
        cleaned = super().clean()
        if self.must_be_a_person and {"filled", "unsigned"} & set(self.spam_signs):
            # The form that comes back has to be one that a person can send.
            self.data = self.data.copy()
            for name in (self.honeypot_name, self.started_name):
                self.data[self.add_prefix(name)] = self.fields[name].initial or ""
            self.add_error(None, ValidationError(self.error_machine, code="machine"))
        return cleaned

    @property
    def must_be_a_person(self) -> bool:
        """Whether a form that a machine seems to have sent comes back: it mails somebody."""
        return not self.is_known and self.level != VerificationLevel.NONE


class PublicTextMixin(forms.Form):
    """Warns who writes a phone number or an e-mail address where everybody can read it.

    Nothing is lost: the form comes back with a box, and with the box ticked it is valid; the
    action then lets a moderator look first. Name the fields in ``public_fields``, and show
    ``anyway`` above the button.
    """

    public_fields: Sequence[str] = ()
    anyway_name = "send_anyway"

    def public_texts(self) -> list[str]:
        """What everybody is going to read, of a form that may have errors."""
        names = [*self.public_fields]
        if self.cleaned_data.get("name_display", NameDisplay.ANONYMOUS) != NameDisplay.ANONYMOUS:
            names.append("name")
        return [str(self.cleaned_data.get(name) or "") for name in names]

    def clean(self) -> dict[str, object] | None:
        """Ask once: take it out, or send it anyway."""
        cleaned = super().clean()
        found = contact_data("\n".join(self.public_texts()))
        if found and not getattr(self, "on_duty", False):
            self.fields[self.anyway_name] = forms.BooleanField(
                label=_("Send it anyway: everybody may read it"), required=False
            )
            if not self.data.get(self.add_prefix(self.anyway_name)):
                self.add_error(self.anyway_name, ValidationError(self.warning(found)))
        return cleaned

    def warning(self, found: Sequence[Found]) -> str:
        """What to think about before everybody can read what was found."""
        return gettext(
            "Everybody can read this: %(found)s. Take it out, or tick the box. If you send it, a "
            "moderator decides first."
        ) % {"found": in_a_row(found)}

    @property
    def anyway(self) -> forms.BoundField | None:
        """The box, where there is something to warn of."""
        return self[self.anyway_name] if self.anyway_name in self.fields else None


def in_a_row(found: Sequence[Found]) -> str:
    """The first of what was found, as it is written."""
    return ", ".join(one.text for one in found[:5])


class SupportForm(MailingFormMixin, SenderFormMixin):
    """Who supports: for somebody who is not signed in, or has to declare something."""

    tells_deletion_day = True
    asks_name_display = False


class CommentForm(PublicTextMixin, MailingFormMixin, SenderFormMixin):
    """A comment or a reply."""

    tells_deletion_day = True

    public_fields = ("body",)

    body = PlainTextField(
        label=_("Your comment"),
        max_length=COMMENT_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write your comment.")},
    )
    language = forms.ChoiceField(
        label=_("Which language do you write in?"),
        error_messages={
            "required": _("Choose a language."),
            "invalid_choice": _("Choose a language from the list."),
        },
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        language = self.fields["language"]
        language.choices = written_languages()
        language.initial = get_language()


@dataclasses.dataclass(frozen=True)
class SummaryRow:
    """One line of what one is about to send; for ``elements/summary_list.html``."""

    label: str
    value: str
    language: str = ""


class FormKeyMixin(forms.Form):
    """Tells a form that is sent twice from two forms that say the same.

    ``kept`` carries what was typed to the step where one checks it.
    """

    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_key"].initial = uuid.uuid4()

    @property
    def submission_key(self) -> uuid.UUID | None:
        """The same for the same valid form with the same content, whoever sends it again."""
        key = self.cleaned_data.get("form_key")
        if key is None:
            return None
        said = {name: str(value) for name, value in self.cleaned_data.items() if name != "form_key"}
        return uuid.uuid5(key, json.dumps(said, sort_keys=True))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Everything that was typed, as pairs for hidden fields of the next step."""
        return [
            (self.add_prefix(name), strip_unsafe(value))
            for name in self.fields
            for value in self.data.getlist(self.add_prefix(name))
        ]


def in_words(field: forms.Field, value: object) -> str:
    """A value as the sender reads it."""
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(str(value or ""), ""))
    return strip_unsafe(str(value or ""))


# What is spoken at home in Danish municipalities, beside the site's own languages.
OTHER_LANGUAGES = (
    ("ar", "العربية"),
    ("bs", "Bosanski"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("fa", "فارسی"),
    ("fo", "Føroyskt"),
    ("kl", "Kalaallisut"),
    ("ku", "Kurdî"),
    ("lt", "Lietuvių"),
    ("pl", "Polski"),
    ("ro", "Română"),
    ("so", "Soomaali"),
    ("sv", "Svenska"),
    ("ta", "தமிழ்"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("vi", "Tiếng Việt"),
)


def written_languages() -> list[tuple[str, str]]:
    """The languages a citizen can say they write in: the site's own first."""
    own = [(code, str(label)) for code, label in settings.LANGUAGES]
    codes = {code.split("-")[0] for code, _label in own}
    return own + [(code, label) for code, label in OTHER_LANGUAGES if code not in codes]
