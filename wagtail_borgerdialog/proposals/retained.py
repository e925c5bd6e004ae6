"""The personal data in proposals: who stands behind them, and what was added later."""

import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.components import RetainedData
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.contributions.retained import (
    AT_A_TIME,
    GONE,
    ReadableUrls,
    due_for_deletion,
)
from wagtail_borgerdialog.people.erasing import PSEUDONYM, new_pseudonym
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.proposals.models import (
    Addendum,
    CoProposer,
    CoProposerStatus,
    Proposal,
)

INVITATIONS_KEPT = datetime.timedelta(days=30)


class Proposals(RetainedData):
    """What a proposal holds beside the contribution that it is."""

    name = "proposals"
    models = ("borgerdialog_proposals.Proposal", "borgerdialog_proposals.FormalCheck")

    def export(self, participant: Participant) -> list[dict[str, object]]:
        rows = Proposal.objects.filter(participant=participant).order_by("-submitted_at", "-pk")
        return [
            {
                "reference": row.reference,
                "remarks": row.remarks,
                "declared": row.declared,
                "asked_to_stand_behind": [
                    {"name": one.name, "email": one.email, "status": one.status}
                    for one in row.coproposers.all()
                ],
                "checks": [
                    {"criterion": one.criterion, "passed": one.passed, "note": one.note}
                    for one in row.checks.all()
                ],
            }
            for row in rows.prefetch_related("coproposers", "checks")
        ]


class CoProposals(RetainedData):
    """Proposals of others that somebody was asked to stand behind."""

    name = "coproposals"
    label = _("Proposals that you stand behind")
    models = ("borgerdialog_proposals.CoProposer",)

    def _own(self, participant: Participant) -> Q:
        keys = participant.identities.values("key")
        return Q(participant=participant) | Q(person_key__in=keys)

    def export(self, participant: Participant) -> list[dict[str, object]]:
        rows = (
            CoProposer.objects.filter(self._own(participant))
            .select_related("proposal__activity__page")
            .order_by("-pk")
        )
        urls = ReadableUrls()
        return [
            {
                "title": row.proposal.title if row.proposal.is_public else "",
                "reference": row.proposal.reference,
                "url": urls.of(row.proposal),
                "at": row.invited_at.isoformat() if row.invited_at else "",
                "status": str(row.get_status_display()),
                "name": row.name,
                "name_shown": row.public_name,
                "email": row.email,
            }
            for row in rows
        ]

    def erase(self, participant: Participant, *, at: datetime.datetime) -> int:
        rows = CoProposer.objects.filter(self._own(participant))
        for row in (found := list(rows)):
            # An invitation that nobody can answer any more is answered with a no.
            if row.status == CoProposerStatus.INVITED:
                row.status, row.responded_at = CoProposerStatus.DECLINED, at
            row.name = row.public_name = row.email = ""
            row.person_key = participant.pseudonym
            row.save(
                update_fields=[
                    "status",
                    "responded_at",
                    "name",
                    "public_name",
                    "email",
                    "person_key",
                ]
            )
        return len(found)

    def purge(self, *, at: datetime.datetime) -> int:
        """Who said no or nothing is forgotten soon; who said yes, with the proposal."""
        old = at - INVITATIONS_KEPT
        refused = Q(status=CoProposerStatus.DECLINED, responded_at__lt=old) | Q(
            status=CoProposerStatus.EXPIRED, due_at__lt=old
        )
        named = ~Q(name="") | ~Q(email="")
        pks = list(
            CoProposer.objects.filter(named, refused).values_list("pk", flat=True)[:AT_A_TIME]
        )
        CoProposer.objects.filter(pk__in=pks).update(name="", public_name="", email="")
        due = CoProposer.objects.filter(due_for_deletion(at, "proposal__")).exclude(
            participant=None, person_key__startswith=PSEUDONYM
        )
        rows = list(due[:AT_A_TIME])
        for row in rows:
            row.name = row.public_name = row.email = ""
            row.participant = None
            row.person_key = new_pseudonym()
        fields = ["name", "public_name", "email", "participant", "person_key"]
        CoProposer.objects.bulk_update(rows, fields)
        return len(pks) + len(rows)


class Addenda(RetainedData):
    """Remarks that somebody added to a proposal whose text was frozen."""

    name = "addenda"
    label = _("Remarks you have added")
    models = ("borgerdialog_proposals.Addendum",)

    def export(self, participant: Participant) -> list[dict[str, object]]:
        rows = Addendum.objects.filter(participant=participant)
        urls = ReadableUrls()
        return [
            {
                "title": row.body[:80],
                "text": row.body,
                "reference": row.proposal.reference,
                "url": urls.of(row.proposal),
                "at": row.created_at.isoformat(),
                "status": str(row.get_visibility_display()),
                "name_shown": row.public_name,
                "statement": row.public_note,
            }
            for row in rows.select_related("proposal__activity__page").order_by("-created_at")
        ]

    def take_down(self, participant: Participant, *, at: datetime.datetime) -> int:
        return (
            Addendum.objects.filter(participant=participant)
            .exclude(visibility__in=GONE)
            .update(visibility=Visibility.WITHDRAWN)
        )

    def erase(self, participant: Participant, *, at: datetime.datetime) -> int:
        return Addendum.objects.filter(participant=participant).update(public_name="")

    def purge(self, *, at: datetime.datetime) -> int:
        named = Addendum.objects.filter(
            due_for_deletion(at, "proposal__"), Q(participant__isnull=False) | ~Q(public_name="")
        )
        due = list(named.values_list("pk", flat=True)[:AT_A_TIME])
        Addendum.objects.filter(pk__in=due).update(participant=None, public_name="")
        return len(due)


RETAINED = (Proposals(), CoProposals(), Addenda())
