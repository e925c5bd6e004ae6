"""What our entries in Wagtail's log say about promises."""

from django.utils.translation import gettext_lazy
from wagtail.log_actions import LogFormatter
from wagtail.models import ModelLogEntry

from wagtail_borgerdialog.followup.models import PromiseStep


class PromiseChanged(LogFormatter):
    label = gettext_lazy("A step of a promise")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        step = log_entry.data.get("step", "")
        return str(dict(PromiseStep.choices).get(step, step))
