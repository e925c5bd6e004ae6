"""The reads that views, mails and the API share."""

import datetime

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.components import CaseFilePart
from wagtail_borgerdialog.contributions.listing import DISCUSSED, NEWEST, SORTS, SUPPORTED
from wagtail_borgerdialog.contributions.models import Contribution, StatusKind
from wagtail_borgerdialog.paging import Order
from wagtail_borgerdialog.proposals.models import FormalCheck, Proposal, last_shown_minute

CLOSING = "closing"
OPEN = "open"

PROPOSAL_SORTS = {
    NEWEST: SORTS[NEWEST],
    SUPPORTED: SORTS[SUPPORTED],
    CLOSING: (_("Closing soon"), lambda at: Order("support_until", descending=False)),
    DISCUSSED: SORTS[DISCUSSED],
}


def _collecting(at: datetime.datetime) -> Q:
    return Q(status__kind=StatusKind.OPEN_FOR_SUPPORT, support_until__gt=last_shown_minute(at))


def _out_of_time(at: datetime.datetime) -> Q:
    ended = Q(status__kind__in=[StatusKind.EXPIRED, StatusKind.CANCELLED, StatusKind.MERGED])
    unwritten = Q(
        status__kind=StatusKind.OPEN_FOR_SUPPORT, support_until__lte=last_shown_minute(at)
    )
    return ended | unwritten


PROPOSAL_GROUPS = {
    OPEN: (_("Collecting support"), _collecting),
    "considered": (
        _("Being considered"),
        frozenset(
            {
                StatusKind.THRESHOLD_REACHED,
                StatusKind.IN_PROCESS,
                StatusKind.IN_REFINEMENT,
                StatusKind.AWAITING_FUNDS,
                StatusKind.REFERRED,
            }
        ),
    ),
    "answered": (
        _("Answered"),
        frozenset(
            {
                StatusKind.ANSWERED,
                StatusKind.ACCEPTED,
                StatusKind.PARTLY_ACCEPTED,
                StatusKind.REJECTED,
                StatusKind.IN_PROGRESS,
                StatusKind.DELAYED,
                StatusKind.DONE,
                StatusKind.IN_OPERATION,
            }
        ),
    ),
    "ended": (_("Not enough support"), _out_of_time),
}


def status_shown(row: Contribution, *, at: datetime.datetime) -> tuple[str, str]:
    """The words and the kind of where a public proposal stands at ``at``.

    No query: where the clock has decided and nobody has written it down yet, the standard words.
    A base row is enough.
    """
    kind = open_kind_at(row, at=at)
    if kind == row.status.kind:
        return str(row.status), kind
    return str(StatusKind(kind).label), kind


def open_kind_at(row: Contribution, *, at: datetime.datetime) -> str:
    """:meth:`Proposal.kind_at` for a public proposal of which only the base row is known."""
    kind = row.status.kind
    until = row.support_until
    if kind != StatusKind.OPEN_FOR_SUPPORT or until is None or until > last_shown_minute(at):
        return kind
    reached = row.support_goal is not None and row.support_count >= row.support_goal
    return StatusKind.THRESHOLD_REACHED if reached else StatusKind.EXPIRED


def latest_check(proposal: Proposal) -> list[FormalCheck]:
    """The rows of the latest formal check, in order; empty before the first. One query."""
    rows = list(proposal.checks.order_by("at", "pk"))
    return [row for row in rows if row.at == rows[-1].at]


def case_file(pk: int) -> list[CaseFilePart]:
    """What the record of a case says of a proposal; nothing of what is none."""
    proposal = Proposal.objects.filter(pk=pk).first()
    if proposal is None:
        return []
    remarks = [{gettext("Text"): proposal.remarks}] if proposal.remarks else []
    coproposers = [
        {
            gettext("Name"): row.name,
            gettext("E-mail"): row.email,
            gettext("Status"): row.get_status_display(),
            gettext("Answered"): row.responded_at.isoformat() if row.responded_at else "",
        }
        for row in proposal.coproposers.all()
    ]
    checks = [
        {
            gettext("Time"): row.at.isoformat(),
            gettext("Criterion"): row.criterion,
            gettext("Passed"): gettext("Yes") if row.passed else gettext("No"),
            gettext("What is wrong"): row.note,
        }
        for row in proposal.checks.all()
    ]
    addenda = [
        {
            gettext("Time"): row.created_at.isoformat(),
            gettext("Author"): row.public_name,
            gettext("Visibility"): row.get_visibility_display(),
            gettext("Text"): row.body,
        }
        for row in proposal.addenda.all()
    ]
    return [
        CaseFilePart("remarks", gettext("Remarks"), remarks),
        CaseFilePart("coproposers", gettext("Co-proposers"), coproposers),
        CaseFilePart("checks", gettext("Formal checks"), checks),
        CaseFilePart("addenda", gettext("Addenda"), addenda),
    ]
