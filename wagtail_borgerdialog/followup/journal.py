"""One case with all that belongs to its record, for the municipality's records system."""

import datetime
import hashlib

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.contributions.models import Attachment, Contribution
from wagtail_borgerdialog.contributions.selectors import absolute_url, support_counts
from wagtail_borgerdialog.followup.models import Case

BLOCK = 65536


def journal_of(contribution: Contribution, *, at: datetime.datetime) -> dict[str, object]:
    """JSON values: headings with rows, each row a dictionary of label and value.

    Instants are given twice, as ISO 8601 in UTC and as the clock of the municipality showed.
    Reads every stored file, to tell its SHA-256.
    """
    case = Case.objects.select_related("unit", "caseworker").filter(contribution=contribution.pk)
    found = case.first() or Case(contribution=contribution)
    return {
        "reference": contribution.reference,
        "case_number": found.case_number,
        "is_journalised": found.journalised_at is not None,
        "journalised_at": instant(found.journalised_at),
        "written_at": instant(at),
        "title": contribution.title,
        "text": contribution.body,
        "language": contribution.language,
        "url": absolute_url(contribution),
        "page": contribution.activity.page.title,
        "municipality": contribution.site.site_name or contribution.site.hostname,
        "about": _about(contribution, found),
        "sections": [
            {"name": name, "heading": heading, "rows": rows}
            for name, heading, rows in _sections(contribution, found)
            if rows
        ],
    }


def instant(value: datetime.datetime | None) -> dict[str, str] | None:
    """An instant as machines and as people read it."""
    if value is None:
        return None
    local = timezone.localtime(value)
    return {
        "iso": value.astimezone(datetime.UTC).isoformat(),
        "local": date_format(local, "Y-m-d H:i:s") + f" {local:%Z}",
    }


def _about(contribution: Contribution, case: Case) -> dict[str, object]:
    author = contribution.participant
    supports = support_counts(contribution)
    return {
        _("Author"): author.name if author else "",
        _("E-mail"): author.email if author else "",
        _("How sure we are of who it is"): author.get_level_display() if author else "",
        _("Citizens see"): contribution.public_name or _("A citizen"),
        _("Channel"): contribution.get_channel_display(),
        _("Entered by"): _user(contribution.entered_by),
        _("Evidence"): contribution.evidence,
        _("District"): str(contribution.area or ""),
        _("Category"): str(contribution.category or ""),
        _("Place"): contribution.address,
        _("Visibility"): contribution.get_visibility_display(),
        _("Status"): str(contribution.status),
        _("Supports"): supports.total,
        _("Sent"): instant(contribution.submitted_at),
        _("Published"): instant(contribution.published_at),
        _("Unit"): str(case.unit or ""),
        _("Caseworker"): _user(case.caseworker),
        _("Answer due"): instant(case.due_at),
        _("Personal data is deleted after"): str(contribution.delete_after or ""),
    }


def _sections(
    contribution: Contribution, case: Case
) -> list[tuple[str, str, list[dict[str, object]]]]:
    own = [
        (part.name, str(part.heading), list(part.rows))
        for component in registry
        for part in component.case_file(contribution)
    ]
    return [
        *own,
        ("status", _("Status so far"), _steps(contribution)),
        ("decisions", _("Decisions"), _decisions(contribution)),
        ("answers", _("Official answers"), _answers(contribution)),
        ("promises", _("Promises"), _promises(contribution)),
        ("handovers", _("Hand-overs"), _handovers(case)),
        ("notes", _("Internal notes"), _notes(case)),
        ("comments", _("Comments"), _comments(contribution)),
        ("files", _("Files"), [_file(row) for row in contribution.attachments.all()]),
    ]


def _steps(contribution: Contribution) -> list[dict[str, object]]:
    rows = contribution.status_changes.select_related("from_status", "to_status", "by")
    return [
        {
            _("Time"): instant(row.at),
            _("From"): str(row.from_status or ""),
            _("To"): str(row.to_status),
            _("Signed as"): row.by_role,
            _("By"): _user(row.by),
            _("Note"): row.note,
        }
        for row in rows.order_by("at", "pk")
    ]


def _decisions(contribution: Contribution) -> list[dict[str, object]]:
    return [
        {
            _("Time"): instant(row.decided_at),
            _("Decision"): row.get_action_display(),
            _("Reason"): row.get_reason_code_display(),
            _("Rule"): row.rule_cited,
            _("Statement of reasons"): row.public_note,
            _("Internal note"): row.internal_note,
            _("By"): _user(row.decided_by),
        }
        for row in contribution.decisions.select_related("decided_by").order_by("decided_at", "pk")
    ]


def _answers(contribution: Contribution) -> list[dict[str, object]]:
    rows = contribution.official_answers.select_related("written_by", "approved_by", "published_by")
    return [
        {
            _("State"): row.get_state_display(),
            _("Outcome"): row.get_outcome_display(),
            _("Answer"): row.body,
            _("Signed as"): row.signed_as,
            _("The rule that binds"): row.binding_rule,
            _("A priority choice"): _("Yes") if row.is_priority_choice else "",
            _("Cost estimate in kroner"): str(row.cost_estimate or ""),
            _("Link to the decision"): row.decided_in,
            _("Written"): instant(row.written_at),
            _("Written by"): _user(row.written_by),
            _("Approved"): instant(row.approved_at),
            _("Approved by"): _user(row.approved_by),
            _("Published"): instant(row.published_at),
            _("Published by"): _user(row.published_by),
            _("Version"): row.version,
        }
        for row in rows.order_by("pk")
    ]


def _promises(contribution: Contribution) -> list[dict[str, object]]:
    return [
        {
            _("Promise"): row.what,
            _("More about it"): row.description,
            _("Who promises"): row.promised_by,
            _("Promised for"): row.due_on.isoformat(),
            _("State"): row.get_state_display(),
            _("Why not"): row.reason,
            _("Promised on"): instant(row.made_at),
            _("Settled"): instant(row.settled_at),
        }
        for row in contribution.promises.order_by("pk")
    ]


def _handovers(case: Case) -> list[dict[str, object]]:
    if case.pk is None:
        return []
    rows = case.handovers.select_related(
        "from_unit", "to_unit", "from_caseworker", "to_caseworker", "by"
    )
    return [
        {
            _("Time"): instant(row.at),
            _("From"): _who(row.from_unit, row.from_caseworker),
            _("To"): _who(row.to_unit, row.to_caseworker),
            _("By"): _user(row.by),
            _("Note"): row.note,
        }
        for row in rows.order_by("at", "pk")
    ]


def _notes(case: Case) -> list[dict[str, object]]:
    if case.pk is None:
        return []
    return [
        {_("Time"): instant(row.at), _("By"): _user(row.by), _("Note"): row.text}
        for row in case.notes.select_related("by").order_by("at", "pk")
    ]


def _comments(contribution: Contribution) -> list[dict[str, object]]:
    rows = contribution.comments.select_related("participant", "author", "contribution")
    return [
        {
            _("Time"): instant(row.created_at),
            _("Number"): row.pk,
            _("Reply to number"): row.parent_id or "",
            _("Author"): row.participant.name if row.participant else "",
            _("Name shown"): row.public_name,
            _("Role"): row.role_badge,
            _("Visibility"): row.get_visibility_display(),
            _("Text"): row.body,
        }
        for row in rows.order_by("created_at", "pk")
    ]


def _file(row: Attachment) -> dict[str, object]:
    return {
        _("File"): row.name,
        _("Description"): row.alt_text,
        _("Kind"): row.content_type,
        _("Bytes"): row.size,
        _("Added"): instant(row.created_at),
        "SHA-256": _sha256(row),
    }


def _sha256(row: Attachment) -> str:
    digest = hashlib.sha256()
    try:
        with row.file.open("rb") as stored:
            while block := stored.read(BLOCK):
                digest.update(block)
    except OSError:
        return _("The stored file is missing")
    return digest.hexdigest()


def _user(user: AbstractBaseUser | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else ""


def _who(unit: Model | None, user: AbstractBaseUser | None) -> str:
    return ", ".join(filter(None, [str(unit or ""), _user(user)]))
