"""The personal data in contributions: texts, supports and comments."""

import datetime

from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from wagtail_borgerdialog.components import RetainedData
from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.contributions.actions.commenting import unpublish_comment
from wagtail_borgerdialog.contributions.actions.lifecycle import withdraw
from wagtail_borgerdialog.contributions.models import (
    Attachment,
    Comment,
    Contribution,
    Support,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.support import COUNTING, SupportStatus
from wagtail_borgerdialog.contributions.selectors import path_on
from wagtail_borgerdialog.people.erasing import PSEUDONYM, new_pseudonym
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.people.selectors import person_of
from wagtail_borgerdialog.terms import NameDisplay

AT_A_TIME = 300
GONE = (Visibility.REMOVED, Visibility.WITHDRAWN)


def due_for_deletion(at: datetime.datetime, prefix: str = "") -> Q:
    """Contributions whose day of deletion has passed."""
    return Q(**{f"{prefix}delete_after__lt": localdate(at)})


def unconfirmed_since(at: datetime.datetime) -> datetime.datetime:
    """What was written before this and not confirmed waits in vain: its links have run out."""
    return at - datetime.timedelta(days=2 * app_settings.CONFIRM_LINK_DAYS + 1)


class ReadableUrls:
    """Where to read contributions, for a list of many. A few queries for each page of theirs."""

    def __init__(self) -> None:
        self._pages: dict[int, str] = {}

    def of(self, contribution: Contribution) -> str:
        """The full address, or nothing where the public cannot read it."""
        if not contribution.is_public:
            return ""
        key = contribution.activity_id
        if key not in self._pages:
            self._pages[key] = contribution.activity.page.localized.get_full_url() or ""
        return path_on(self._pages[key], contribution.reference)


class Texts(RetainedData):
    """What somebody sent, with the files and the decisions about it."""

    name = "contributions"
    label = _("What you have sent")
    models = (
        "borgerdialog_contributions.Contribution",
        "borgerdialog_contributions.Attachment",
        "borgerdialog_contributions.ModerationDecision",
        "borgerdialog_contributions.StatusChange",
    )

    def export(self, participant: Participant) -> list[dict[str, object]]:
        rows = (
            Contribution.objects.filter(participant=participant)
            .select_related("activity__page", "site", "status", "area", "category", "participant")
            .prefetch_related("attachments", "decisions", "status_changes__to_status")
            .order_by("-submitted_at", "-pk")
        )
        urls = ReadableUrls()
        return [_told(row, url=urls.of(row)) for row in rows]

    def take_down(self, participant: Participant, *, at: datetime.datetime) -> int:
        rows = list(
            Contribution.objects.filter(participant=participant)
            .exclude(visibility__in=[*GONE, Visibility.DRAFT])
            .select_related("activity__page", "site", "status", "participant__user")
        )
        for row in rows:
            withdraw(row, by=person_of(participant), at=at)
        # Each row takes its file along.
        Attachment.objects.filter(
            contribution__participant=participant, contribution__visibility=Visibility.WITHDRAWN
        ).delete()
        return len(rows)

    def erase(self, participant: Participant, *, at: datetime.datetime) -> int:
        own = Contribution.objects.filter(participant=participant)
        own.filter(visibility=Visibility.DRAFT).delete()
        return own.update(public_name="", name_display=NameDisplay.ANONYMOUS)

    def purge(self, *, at: datetime.datetime) -> int:
        waiting = Contribution.objects.filter(
            visibility=Visibility.DRAFT, submitted_at__lt=unconfirmed_since(at)
        )
        unconfirmed = list(waiting.values_list("pk", flat=True)[:AT_A_TIME])
        Contribution.objects.filter(pk__in=unconfirmed).delete()
        named = Contribution.objects.filter(
            due_for_deletion(at), Q(participant__isnull=False) | ~Q(public_name="")
        )
        due = list(named.values_list("pk", flat=True)[:AT_A_TIME])
        Contribution.objects.filter(pk__in=due).update(
            participant=None, public_name="", name_display=NameDisplay.ANONYMOUS
        )
        return len(unconfirmed) + len(due)


class Supports(RetainedData):
    """What somebody supports. It counts on, under a key that leads to nobody."""

    name = "supports"
    label = _("What you support")
    models = ("borgerdialog_contributions.Support",)

    def export(self, participant: Participant) -> list[dict[str, object]]:
        rows = (
            Support.objects.filter(participant=participant)
            .select_related("contribution__activity__page", "contribution__site", "participant")
            .order_by("-created_at", "-pk")
        )
        urls = ReadableUrls()
        return [
            {
                "title": row.contribution.title if row.contribution.is_public else "",
                "reference": row.contribution.reference,
                "url": urls.of(row.contribution),
                "at": row.created_at.isoformat(),
                "status": str(row.get_status_display()),
                "channel": row.channel,
                "verification": row.verification_level,
                "undo_url": _undo("withdraw-support", row, row.contribution.site)
                if row.status in COUNTING
                else "",
            }
            for row in rows
        ]

    def erase(self, participant: Participant, *, at: datetime.datetime) -> int:
        own = Support.objects.filter(participant=participant)
        own.filter(status=SupportStatus.PENDING).delete()
        return own.update(person_key=participant.pseudonym)

    def purge(self, *, at: datetime.datetime) -> int:
        """Past the day of deletion nobody is known by name.

        The key stays for as long as the case takes support, so that each counts once.
        """
        waiting = Support.objects.filter(
            status=SupportStatus.PENDING, created_at__lt=unconfirmed_since(at)
        )
        unconfirmed = list(waiting.values_list("pk", flat=True)[:AT_A_TIME])
        Support.objects.filter(pk__in=unconfirmed).delete()
        due = Support.objects.filter(due_for_deletion(at, "contribution__"))
        open_ones = Q(
            contribution__visibility=Visibility.VISIBLE, contribution__status__accepts_support=True
        ) & (Q(contribution__support_until=None) | Q(contribution__support_until__gte=at))
        named = list(
            due.filter(open_ones, participant__isnull=False).values_list("pk", flat=True)[
                :AT_A_TIME
            ]
        )
        Support.objects.filter(pk__in=named).update(participant=None)
        ended = due.exclude(open_ones).exclude(
            participant__isnull=True, person_key__startswith=PSEUDONYM
        )
        rows = list(ended.only("pk")[:AT_A_TIME])
        for row in rows:
            row.participant = None
            row.person_key = new_pseudonym()
        Support.objects.bulk_update(rows, ["participant", "person_key"])
        return len(unconfirmed) + len(named) + len(rows)


class Comments(RetainedData):
    """What somebody said about what others, or they themselves, had sent."""

    name = "comments"
    label = _("What you have commented on")
    models = ("borgerdialog_contributions.Comment",)

    def export(self, participant: Participant) -> list[dict[str, object]]:
        rows = (
            Comment.objects.filter(participant=participant)
            .select_related("contribution__activity__page", "contribution__site", "participant")
            .prefetch_related("decisions")
            .order_by("-created_at", "-pk")
        )
        urls = ReadableUrls()
        return [
            {
                "title": row.body[:80],
                "text": row.body,
                "reference": row.contribution.reference,
                "about": row.contribution.title if row.contribution.is_public else "",
                "url": f"{url}#{row.anchor}"
                if (url := urls.of(row.contribution)) and row.visibility == Visibility.VISIBLE
                else "",
                "at": row.created_at.isoformat(),
                "status": str(row.get_visibility_display()),
                "name_shown": row.public_name,
                "decisions": [_decision(one) for one in row.decisions.all()],
                "undo_url": _undo("withdraw-comment", row, row.contribution.site)
                if row.visibility not in (*GONE, Visibility.DRAFT)
                else "",
            }
            for row in rows
        ]

    def take_down(self, participant: Participant, *, at: datetime.datetime) -> int:
        rows = Comment.objects.filter(participant=participant).exclude(
            visibility__in=[*GONE, Visibility.DRAFT]
        )
        for row in (found := list(rows)):
            unpublish_comment(row, Visibility.WITHDRAWN)
        return len(found)

    def erase(self, participant: Participant, *, at: datetime.datetime) -> int:
        own = Comment.objects.filter(participant=participant)
        own.filter(visibility=Visibility.DRAFT).delete()
        return own.update(public_name="", name_display=NameDisplay.ANONYMOUS)

    def purge(self, *, at: datetime.datetime) -> int:
        waiting = Comment.objects.filter(
            visibility=Visibility.DRAFT, created_at__lt=unconfirmed_since(at)
        )
        unconfirmed = list(waiting.values_list("pk", flat=True)[:AT_A_TIME])
        Comment.objects.filter(pk__in=unconfirmed).delete()
        # Whoever speaks for the municipality is named as its own.
        named = Comment.objects.filter(
            due_for_deletion(at, "contribution__"),
            Q(participant__isnull=False) | (~Q(public_name="") & Q(role_badge="")),
        )
        due = list(named.values_list("pk", flat=True)[:AT_A_TIME])
        rows = Comment.objects.filter(pk__in=due)
        rows.filter(role_badge="").update(public_name="", name_display=NameDisplay.ANONYMOUS)
        rows.update(participant=None)
        return len(unconfirmed) + len(due)


def _told(row: Contribution, *, url: str) -> dict[str, object]:
    return {
        "title": row.title,
        "reference": row.reference,
        "url": url,
        "at": row.submitted_at.isoformat(),
        "status": str(row.get_visibility_display() if not row.is_public else row.status),
        "text": row.body,
        "page": row.activity.page.title,
        "name_shown": row.public_name,
        "district": row.area.name if row.area else "",
        "category": row.category.name if row.category else "",
        "place": row.address,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "language": row.language,
        "channel": row.channel,
        "personal_data_deleted_after": row.delete_after.isoformat() if row.delete_after else None,
        "files": [
            {"name": one.name, "description": one.alt_text, "bytes": one.size}
            for one in row.attachments.all()
        ],
        "steps": [
            {"status": str(one.to_status), "note": one.note, "at": one.at.isoformat()}
            for one in row.status_changes.all()
        ],
        "decisions": [_decision(one) for one in row.decisions.all()],
        "undo_url": _undo("withdraw", row, row.site)
        if row.visibility not in (*GONE, Visibility.DRAFT)
        else "",
    }


def _decision(row: object) -> dict[str, object]:
    return {
        "decision": row.action,
        "reason": row.reason_code,
        "rule": row.rule_cited,
        "statement": row.public_note,
        "at": row.decided_at.isoformat(),
    }


def _undo(purpose: str, obj: object, site: Site) -> str:
    return link_url(purpose, obj, site=site)


RETAINED = (Texts(), Supports(), Comments())
