"""Form fields for what citizens type: they clean the text, and measure what is left."""

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from wagtail_borgerdialog.personal_data import holds_cpr
from wagtail_borgerdialog.text import clean_line, clean_text, has_text, strip_unsafe

# Cleaning shortens text, but never this much: longer input is refused unread.
_RAW_FACTOR = 10
_RAW_ALLOWANCE = 10_000

KEPT_FORM = "bd-form"
"""The hidden field (``{% bd_kept_form request.path %}``) of a form whose text outlives an expired
session.

The form's own page must answer a POST with ``step=edit`` by showing the form again, filled in,
and changing nothing. Its value is bound to the page's address: on any other page, where a POST
acts, one button of ours would do what the protection has just refused.
"""


def kept_form_mark(path: str) -> str:
    """What proves that the form at ``path`` keeps the promise of ``KEPT_FORM``."""
    return signing.Signer(salt="wagtail_borgerdialog.kept_form").signature(path)


def keeps_text(path: str, mark: str) -> bool:
    """Whether ``mark`` is the :func:`kept_form_mark` of ``path``, under any secret in force."""
    signer = signing.Signer(salt="wagtail_borgerdialog.kept_form")
    try:
        return signer.unsign(f"{path}{signer.sep}{mark}") == path
    except signing.BadSignature:
        return False


class _PlainField(forms.CharField):
    default_error_messages = {
        "required": _("Write something here."),
        "no_text": _("Write something in words here."),
        "cpr": _(
            "There seems to be a CPR number here. Take it out: we must not keep it, and you do not "
            "need it."
        ),
        "max_length": ngettext_lazy(
            "Shorten this to %(limit_value)d character. It has %(show_value)d now.",
            "Shorten this to %(limit_value)d characters. It has %(show_value)d now.",
            "limit_value",
        ),
        "min_length": ngettext_lazy(
            "Write at least %(limit_value)d character. There are %(show_value)d now.",
            "Write at least %(limit_value)d characters. There are %(show_value)d now.",
            "limit_value",
        ),
    }

    def _clean(self, value: str) -> str:
        raise NotImplementedError

    def to_python(self, value: object) -> str:
        """The cleaned text.

        Raises ``ValidationError`` when it is far too long, says nothing or holds a CPR number.
        """
        if value in self.empty_values:
            return self.empty_value
        text = str(value)
        if self.max_length is not None and (
            len(text) > self.max_length * _RAW_FACTOR + _RAW_ALLOWANCE
        ):
            raise ValidationError(
                self.error_messages["max_length"],
                code="max_length",
                params={"limit_value": self.max_length, "show_value": len(text)},
            )
        text = self._clean(text)
        if not text:
            return self.empty_value
        if not has_text(text):
            raise ValidationError(self.error_messages["no_text"], code="no_text")
        if holds_cpr(text):
            raise ValidationError(self.error_messages["cpr"], code="cpr")
        return text

    def bound_data(self, data: object, initial: object) -> object:
        """What was typed, for showing the form again: all of it that a page can hold."""
        data = super().bound_data(data, initial)
        return strip_unsafe(data) if isinstance(data, str) else data

    def widget_attrs(self, widget: forms.Widget) -> dict[str, object]:
        # With maxlength a browser cuts off pasted text without a word.
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        attrs.pop("minlength", None)
        return attrs


class PlainLineField(_PlainField):
    """One line of plain text: a title or a name. ``max_length`` counts what is left."""

    def _clean(self, value: str) -> str:
        return clean_line(value)


class PlainTextField(_PlainField):
    """Several paragraphs of plain text. ``max_length`` counts what is left."""

    widget = forms.Textarea

    def _clean(self, value: str) -> str:
        return clean_text(value)
