"""Rows in the shape that the elements show: comments, timeline, files, counts, placeholders.

Every room's own page of a contribution is made of these. Each says how many queries it costs.
"""

import dataclasses
import datetime
from collections.abc import Callable, Mapping

from django.utils.translation import gettext
from wagtail.models import Site

from wagtail_borgerdialog.contributions.models import (
    Attachment,
    Comment,
    Contribution,
    ModerationDecision,
    ReasonCode,
    Visibility,
)
from wagtail_borgerdialog.contributions.selectors import comment_thread, is_placeholder
from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.paging import BadCursor, KeysetPage, Order, keyset_page

COMMENTS_PER_PAGE = 20
_OLDEST_FIRST = Order("created_at", descending=False)


def author_name(public_name: str) -> str:
    """What stands where a name would: the name chosen, or "a citizen"."""
    return public_name or gettext("A citizen")


@dataclasses.dataclass(frozen=True)
class Card:
    """For ``elements/contribution_card.html``."""

    title: str
    url: str
    text: str
    language: str
    status_label: str
    status_kind: str
    area: str = ""
    category: str = ""
    author: str = ""
    published_at: datetime.datetime | None = None
    supports: int | None = None
    goal: int | None = None
    closes_at: datetime.datetime | None = None
    comments: int | None = None
    reference: str = ""


@dataclasses.dataclass(frozen=True)
class Tab:
    """For ``elements/tabs.html``."""

    label: str
    url: str
    current: bool


@dataclasses.dataclass(frozen=True)
class ShownComment:
    """For ``elements/comment.html``."""

    anchor: str
    author: str
    role: str
    official: bool
    at: datetime.datetime
    text: str
    language: str
    placeholder: str
    reason: str
    rule: str
    note: str
    reply_url: str
    report_url: str
    replies: list["ShownComment"]


@dataclasses.dataclass(frozen=True)
class ShownThread:
    """One page of a thread: comments, and the query strings of its neighbours."""

    comments: list[ShownComment]
    previous_url: str
    next_url: str


def shown_thread(
    contribution: Contribution,
    params: Mapping[str, str],
    *,
    reply_url: Callable[[Comment], str] | None = None,
    report_url: Callable[[Comment], str] | None = None,
    size: int = COMMENTS_PER_PAGE,
) -> ShownThread:
    """The page of the thread that ``params`` (``comments_after``, ``comments_before``) asks for.

    A cursor that this list never gave out shows the first page. Two queries. ``reply_url`` is
    None where nobody can reply, and ``report_url`` where nobody can report.
    """
    rows = comment_thread(contribution)
    after, before = params.get("comments_after", ""), params.get("comments_before", "")
    try:
        page = keyset_page(rows, order=_OLDEST_FIRST, size=size, after=after, before=before)
    except BadCursor:
        page = keyset_page(rows, order=_OLDEST_FIRST, size=size)
    return ShownThread(
        comments=[_shown(comment, reply_url=reply_url, report_url=report_url) for comment in page],
        previous_url=_turn(page, "comments_before", page.previous_cursor),
        next_url=_turn(page, "comments_after", page.next_cursor),
    )


def _turn(page: KeysetPage, name: str, cursor: str) -> str:
    return f"?{name}={cursor}#comments" if cursor else ""


def _shown(
    comment: Comment,
    *,
    reply_url: Callable[[Comment], str] | None,
    report_url: Callable[[Comment], str] | None,
) -> ShownComment:
    hidden = comment.visibility != Visibility.VISIBLE
    why = comment.why_hidden or {}
    return ShownComment(
        anchor=f"comment-{comment.pk}",
        author=author_name(comment.public_name),
        role=comment.role_badge,
        official=bool(comment.role_badge),
        at=comment.created_at,
        text="" if hidden else comment.body,
        language=comment.language,
        placeholder=_instead_of(comment) if hidden else "",
        reason=str(ReasonCode(why["reason"]).label) if why else "",
        rule=why.get("rule", ""),
        note=why.get("note", ""),
        reply_url=reply_url(comment) if reply_url and not hidden and not comment.parent_id else "",
        report_url=report_url(comment) if report_url and not hidden else "",
        replies=[
            _shown(reply, reply_url=None, report_url=report_url)
            for reply in getattr(comment, "shown_replies", ())
        ],
    )


def _instead_of(comment: Comment) -> str:
    if comment.is_held:
        return gettext("This comment has been reported. A moderator is looking at it.")
    if comment.visibility == Visibility.WITHDRAWN:
        return gettext("The author has withdrawn this comment.")
    return gettext("The municipality has hidden this comment.")


@dataclasses.dataclass(frozen=True)
class ShownAttachment:
    """For ``elements/attachments.html``."""

    url: str
    name: str
    size: int
    thumbnail_url: str
    alt: str
    width: int | None
    height: int | None


def shown_attachments(
    contribution: Contribution, *, url: Callable[[Attachment], str]
) -> list[ShownAttachment]:
    """The files of a contribution, in the order in which they were added. One query."""
    return [
        ShownAttachment(
            url=url(item),
            name=item.name,
            size=item.size,
            thumbnail_url=url(item) if item.is_image else "",
            alt=item.alt_text,
            width=item.width,
            height=item.height,
        )
        for item in contribution.attachments.all()
    ]


@dataclasses.dataclass(frozen=True)
class Placeholder:
    """For ``elements/placeholder.html``: what stands where something was, and why."""

    state: str
    reason: str = ""
    rule: str = ""
    note: str = ""
    when: datetime.datetime | None = None

    @property
    def http_status(self) -> int:
        """Gone; or not found, for what may come back any day."""
        return 404 if self.state == "held" else 410


def placeholder(contribution: Contribution) -> Placeholder | None:
    """What everybody sees instead of what is not public any more; None where nothing ever was.

    At most one query. What was never published leaves no placeholder.
    """
    if contribution.is_held:
        return Placeholder(state="held", when=contribution.updated_at)
    if contribution.visibility == Visibility.WITHDRAWN and contribution.published_at:
        return Placeholder(state="withdrawn", when=contribution.updated_at)
    if not is_placeholder(contribution) or not contribution.published_at:
        return None
    decision = ModerationDecision.objects.filter(contribution=contribution.pk).first()
    if decision is None:
        return Placeholder(state=contribution.visibility, when=contribution.updated_at)
    return Placeholder(
        state=contribution.visibility,
        reason=decision.get_reason_code_display(),
        rule=decision.rule_cited,
        note=decision.public_note,
        when=decision.decided_at,
    )


def sender_name(settings: ParticipationSettings, site: Site) -> str:
    """Who signs for the municipality on paper and receipts. No query."""
    return settings.organisation_name or site.site_name or site.hostname
