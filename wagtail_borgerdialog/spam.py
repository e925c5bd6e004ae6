"""Two quiet signs of a machine: a field that people leave empty, and a form sent too fast.

Needs no JavaScript. Neither sign is an error: the form stays valid and says
``looks_like_spam``, and the caller lets a moderator look first. So a person whose browser
filled the field in loses nothing.
"""

import datetime

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.text import strip_unsafe

_SALT = "wagtail_borgerdialog.spam"
MIN_FILL_TIME = datetime.timedelta(seconds=3)
MAX_FILL_TIME = datetime.timedelta(days=2)


class HoneypotInput(forms.TextInput):
    """A text input, out of sight, that says to whoever meets it that it stays empty."""

    template_name = "django/forms/widgets/text.html"
    # Templates put hidden fields beside the visible ones, without label and error.
    is_hidden = True
    label = _("Leave this field empty")

    def render(
        self, name: str, value: object, attrs: dict[str, str] | None = None, renderer: object = None
    ) -> SafeString:
        attrs = {"id": f"id_{name}", **(attrs or {}), "tabindex": "-1", "autocomplete": "off"}
        return format_html(
            '<div class="bd-honeypot" hidden><label for="{}">{}</label> {}</div>',
            attrs["id"],
            self.label,
            super().render(name, value, attrs, renderer),
        )


class _GuardField(forms.Field):
    """Never required, never wrong, never a change."""

    def __init__(self, *, widget: forms.Widget) -> None:
        super().__init__(required=False, widget=widget)

    def has_changed(self, initial: object, data: object) -> bool:
        return False

    def bound_data(self, data: object, initial: object) -> object:
        return strip_unsafe(data) if isinstance(data, str) else data


class HoneypotMixin:
    """For a form: ``class IdeaForm(HoneypotMixin, forms.ModelForm)``.

    Adds two hidden fields, which any template renders that renders ``hidden_fields``.
    Takes ``at`` (an aware datetime, default now). After validation ``spam_signs`` names
    what was noticed: ``filled`` (the honeypot), ``fast``, ``stale`` (the form is days old)
    or ``unsigned`` (its starting time is missing or made up).
    """

    honeypot_name = "homepage"
    started_name = "started"
    min_fill_time = MIN_FILL_TIME

    def __init__(
        self, *args: object, at: datetime.datetime | None = None, **kwargs: object
    ) -> None:
        self.at = at or timezone.now()
        super().__init__(*args, **kwargs)
        self.fields[self.honeypot_name] = _GuardField(widget=HoneypotInput())
        started = _GuardField(widget=forms.HiddenInput())
        started.initial = signing.Signer(salt=_SALT).sign(str(int(self.at.timestamp())))
        self.fields[self.started_name] = started

    @property
    def spam_signs(self) -> list[str]:
        """What points to a machine; empty for an unsent form."""
        if not self.is_bound:
            return []
        signs = []
        if self._typed(self.honeypot_name).strip():
            signs.append("filled")
        try:
            started = int(signing.Signer(salt=_SALT).unsign(self._typed(self.started_name)))
        except (signing.BadSignature, ValueError):
            return [*signs, "unsigned"]
        took = self.at.timestamp() - started
        if took < self.min_fill_time.total_seconds():
            signs.append("fast")
        elif took > MAX_FILL_TIME.total_seconds():
            signs.append("stale")
        return signs

    @property
    def looks_like_spam(self) -> bool:
        """Whether a moderator should look before this is shown."""
        return bool(self.spam_signs)

    def full_clean(self) -> None:
        super().full_clean()
        # What a view passes on to an action holds only what the citizen said.
        if hasattr(self, "cleaned_data"):
            for name in (self.honeypot_name, self.started_name):
                self.cleaned_data.pop(name, None)

    def _typed(self, name: str) -> str:
        return str(self.data.get(self.add_prefix(name)) or "")
