"""The reads that views, feeds, exports and mails share."""

import dataclasses
import datetime
import uuid

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import (
    Case,
    Count,
    JSONField,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import JSONObject
from django.utils import timezone
from wagtail.models import Site

from wagtail_borgerdialog.contributions.models import (
    Attachment,
    Comment,
    Contribution,
    ModerationDecision,
    Support,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.support import COUNTING, SupportStatus
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.terms import Channel, VerificationLevel


def path_on(page_url: str, reference: str) -> str:
    """The address of a contribution below its page's address."""
    return f"{page_url.rstrip('/')}/{reference}/"


def absolute_url(contribution: Contribution) -> str:
    """The full address of ``contribution``, on the page in the active language if there is one."""
    page = contribution.activity.page.localized
    return path_on(page.get_full_url() or "", contribution.reference)


def public_contribution(reference: str, *, site: Site) -> Contribution | None:
    """What everybody may read on ``site`` under ``reference``, with all that acting on it needs.

    One query.
    """
    return (
        Contribution.objects.visible_to(AnonymousUser(), site)
        .filter(reference=reference)
        .select_related("activity__page", "site", "status")
        .first()
    )


@dataclasses.dataclass(frozen=True)
class FoundAttachment:
    """An attachment that may be seen, and whether everybody may."""

    attachment: Attachment
    is_public: bool


def attachment_for(
    user: AbstractBaseUser | AnonymousUser, uuid: uuid.UUID, *, site: Site
) -> FoundAttachment | None:
    """The attachment, if ``user`` may see what it belongs to. One query for what is public."""
    of_uuid = Attachment.objects.filter(uuid=uuid)
    everybody = Contribution.objects.visible_to(AnonymousUser(), site)
    if found := of_uuid.filter(contribution__in=everybody).first():
        return FoundAttachment(found, is_public=True)
    if user.is_authenticated:
        own = Contribution.objects.visible_to(user, site)
        if found := of_uuid.filter(contribution__in=own).first():
            return FoundAttachment(found, is_public=False)
    return None


def support_of(participant: Participant, contribution: Contribution) -> Support | None:
    """The person's support: the one that counts or waits, else the latest that ended. One query."""
    rows = Support.objects.filter(
        contribution=contribution.pk, person_key=participant.person_key
    ).order_by("-pk")
    counting = [row for row in rows if row.status in COUNTING]
    return next(iter([*counting, *rows]), None)


@dataclasses.dataclass(frozen=True)
class EnteredSupports:
    """What one colleague entered on one day on one piece of evidence, as far as it counts."""

    ids: tuple[int, ...]
    day: datetime.date
    by: AbstractBaseUser
    channel: Channel
    evidence: str
    batch: str

    @property
    def key(self) -> str:
        """What a form calls it: the same as long as its first support counts."""
        return str(self.ids[0])


def entered_rows(contribution: Contribution) -> QuerySet[Support]:
    """The supports that staff entered one by one and that count; paper lists are apart."""
    return Support.objects.filter(
        contribution=contribution,
        status=SupportStatus.CONFIRMED,
        entered_by__isnull=False,
        paper_line__isnull=True,
    )


def entered_supports(contribution: Contribution) -> list[EnteredSupports]:
    """The supports that staff entered and that count, newest first. Two queries."""
    rows = entered_rows(contribution).values_list(
        "pk", "confirmed_at", "entered_by", "channel", "evidence", "batch"
    )
    found: dict[tuple[datetime.date, int, str, str, str], list[int]] = {}
    for pk, counted_from, *about in rows.order_by("pk"):
        day = timezone.localtime(counted_from).date()
        found.setdefault((day, *about), []).append(pk)
    colleagues = get_user_model().objects.in_bulk({about[1] for about in found})
    groups = [
        EnteredSupports(tuple(ids), day, colleagues[by], Channel(channel), evidence, batch)
        for (day, by, channel, evidence, batch), ids in found.items()
    ]
    return sorted(groups, key=lambda group: (group.day, group.ids), reverse=True)


@dataclasses.dataclass(frozen=True)
class SupportCounts:
    """For ``elements/assurance.html``: how many counted supports rest on what."""

    total: int
    eid: int = 0
    account: int = 0
    email: int = 0
    paper: int = 0
    none: int = 0


def support_counts(contribution: Contribution) -> SupportCounts:
    """Counted supports by how sure we are of them. One query.

    What staff entered from a signed list counts as paper, however well we know the person.
    """
    counts = dict.fromkeys([level.value for level in VerificationLevel], 0)
    paper = 0
    rows = Support.objects.filter(contribution=contribution.pk, status=SupportStatus.CONFIRMED)
    for level, channel, number in (
        rows.order_by().values_list("verification_level", "channel").annotate(number=Count("pk"))
    ):
        if channel in {Channel.WEB, Channel.EMAIL}:
            counts[level] += number
        else:
            paper += number
    return SupportCounts(total=sum(counts.values()) + paper, paper=paper, **counts)


def comment_thread(contribution: Contribution) -> QuerySet[Comment]:
    """Top-level comments, oldest first, each with ``shown_replies``. Two queries when read.

    Hidden and removed ones are placeholders that say why (``why_hidden``: ``reason``, ``rule`` and
    ``note`` of the last decision); one that nobody replied to keeps its place too.
    """
    decision = ModerationDecision.objects.filter(comment=OuterRef("pk"))
    told = JSONObject(reason="reason_code", rule="rule_cited", note="public_note")
    why = Case(
        When(
            visibility__in=[Visibility.HIDDEN, Visibility.REMOVED],
            then=Subquery(decision.values_list(told)[:1]),
        ),
        default=None,
        output_field=JSONField(),
    )
    shown = Comment.objects.shown().annotate(why_hidden=why)
    replies = shown.order_by("created_at", "pk")
    return (
        shown.filter(contribution=contribution.pk, parent=None)
        .order_by("created_at", "pk")
        .prefetch_related(Prefetch("replies", queryset=replies, to_attr="shown_replies"))
    )


def is_placeholder(item: Contribution | Comment) -> bool:
    """Whether only the reason may be shown in its place."""
    return item.visibility in {Visibility.HIDDEN, Visibility.REMOVED}
