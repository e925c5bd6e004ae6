"""What our entries in Wagtail's log say."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import ModelLogEntry

from wagtail_borgerdialog.contributions.models.appeals import AppealOutcome
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction, ReasonCode
from wagtail_borgerdialog.contributions.models.status import StatusKind


def _label(choices: type, value: object) -> str:
    return str(dict(choices.choices).get(value, value))


class Moderated(LogFormatter):
    label = gettext_lazy("Moderate")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        decision = _label(ModerationAction, log_entry.data.get("action", ""))
        if reason := log_entry.data.get("reason"):
            return _("Decision: %(decision)s (%(reason)s)") % {
                "decision": decision,
                "reason": _label(ReasonCode, reason),
            }
        return _("Decision: %(decision)s") % {"decision": decision}


class StatusChanged(LogFormatter):
    label = gettext_lazy("Change the status")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        return _("Status: from “%(before)s” to “%(after)s”") % {
            "before": _label(StatusKind, log_entry.data.get("from", "")),
            "after": _label(StatusKind, log_entry.data.get("to", "")),
        }


class Entered(LogFormatter):
    label = gettext_lazy("Enter for somebody")
    message = gettext_lazy("Entered on somebody's behalf")


class Corrected(LogFormatter):
    label = gettext_lazy("Correct district or category")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        return _("District: %(area)s. Category: %(category)s") % {
            "area": log_entry.data.get("area") or "–",
            "category": log_entry.data.get("category") or "–",
        }


class Uncounted(LogFormatter):
    label = gettext_lazy("Take back entered supports")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        return _("Took back entered supports: %(n)s") % {"n": log_entry.data.get("supports", 0)}


class MergeAsked(LogFormatter):
    label = gettext_lazy("Merge it into another")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        return _("To be merged into %(reference)s") % {"reference": log_entry.data.get("into")}


class MergeUndone(LogFormatter):
    label = gettext_lazy("Take back the merging")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        return _("Not merged into %(reference)s") % {"reference": log_entry.data.get("from")}


class ListEntered(LogFormatter):
    label = gettext_lazy("Enter a paper list")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        return _("Entered a paper list: %(n)s lines") % {"n": log_entry.data.get("lines", 0)}


class ListSigned(LogFormatter):
    label = gettext_lazy("Countersign a paper list")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        return _("Countersigned a paper list: %(n)s counted") % {
            "n": log_entry.data.get("counted", 0)
        }


class ListVoided(LogFormatter):
    label = gettext_lazy("Void a paper list")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        return _("Voided a paper list: %(n)s not counted any more") % {
            "n": log_entry.data.get("supports", 0)
        }


class Kept(LogFormatter):
    label = gettext_lazy("Let a reported text stand")
    message = gettext_lazy("Let it stand after reports")


class AppealDecided(LogFormatter):
    label = gettext_lazy("Decide an objection")

    def format_message(self, log_entry: ModelLogEntry) -> str:
        return _("Objection: %(outcome)s") % {
            "outcome": _label(AppealOutcome, log_entry.data.get("outcome", ""))
        }


FORMATTERS = {
    "borgerdialog.moderate": Moderated,
    "borgerdialog.status": StatusChanged,
    "borgerdialog.merge": MergeAsked,
    "borgerdialog.unmerge": MergeUndone,
    "borgerdialog.paper_entered": ListEntered,
    "borgerdialog.paper_signed": ListSigned,
    "borgerdialog.paper_voided": ListVoided,
    "borgerdialog.enter": Entered,
    "borgerdialog.correct": Corrected,
    "borgerdialog.uncount": Uncounted,
    "borgerdialog.keep": Kept,
    "borgerdialog.appeal": AppealDecided,
}


def register_messages(actions: LogActionRegistry) -> None:
    """Teach the log our actions."""
    for name, formatter in FORMATTERS.items():
        actions.register_action(name)(formatter)
