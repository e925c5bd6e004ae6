"""What the site asks the contributions room."""

import datetime
from collections.abc import Mapping, Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model
from django.utils.translation import gettext as _

from wagtail_borgerdialog.components import (
    CalendarEntry,
    Component,
    DashboardCount,
    RetainedData,
)
from wagtail_borgerdialog.contributions import events
from wagtail_borgerdialog.contributions.actions import recount
from wagtail_borgerdialog.contributions.actions.merging import ask_supporters
from wagtail_borgerdialog.contributions.merges_shown import MERGED_FROM, MERGED_INTO
from wagtail_borgerdialog.contributions.models import Status, StatusKind
from wagtail_borgerdialog.contributions.timeline import STATUS_CHANGES, TimelineSource
from wagtail_borgerdialog.models import Activity


class Contributions(Component):
    key = "contributions"
    order = 10

    def viewsets(self) -> Sequence[type]:
        from wagtail_borgerdialog.contributions.viewsets import (
            AppealViewSet,
            CommentViewSet,
            ReportedTextViewSet,
            StatusViewSet,
        )

        return (CommentViewSet, ReportedTextViewSet, AppealViewSet, StatusViewSet)

    def mail_names(self) -> Mapping[str, str]:
        return {
            "confirm_contribution": _("Link to confirm a text"),
            "confirm_support": _("Link to confirm a support"),
            "confirm_comment": _("Link to confirm a comment"),
            "receipt": _("Receipt"),
            "published": _("The text is public"),
            "not_shown": _("The text is not shown"),
            "withdrawn": _("The text is withdrawn"),
            "supported": _("The support is counted"),
            "already_supported": _("The support is counted already"),
            "comment_not_shown": _("The comment is not shown"),
            "merge_proposed": _("Question to an author: may two texts become one?"),
            "merge_move": _("Question to a supporter: move the support?"),
            "held": _("The text is out of sight after reports"),
            "comment_held": _("The comment is out of sight after reports"),
            "report_settled": _("Answer to a report"),
            "appeal_received": _("Receipt for an objection"),
            "appeal_decided": _("Answer to an objection"),
        }

    def dashboard_counts(self, user: AbstractBaseUser) -> Sequence[DashboardCount]:
        from wagtail_borgerdialog.contributions.viewsets import (
            waiting_appeals,
            waiting_comments,
            waiting_reports,
        )

        return [*waiting_comments(user), *waiting_reports(user), *waiting_appeals(user)]

    def run_clock(self, *, at: datetime.datetime) -> int:
        asked = 0
        while now := ask_supporters(at=at):
            asked += now
        return asked

    def recount(self, *, fix: bool) -> Sequence[str]:
        return recount(fix=fix)

    def setup(self) -> Sequence[str]:
        made = []
        for kind in StatusKind:
            if not Status.objects.filter(kind=kind).exists():
                Status.objects.of_kind(kind)
                made.append(f"status {kind}")
        return made

    def event_names(self) -> Mapping[str, str]:
        return {
            events.PUBLISHED: _("It has been published."),
            events.STATUS_CHANGED: _("The case has moved on."),
            events.COMMENTED: _("There is a new comment."),
        }

    def timeline_sources(self) -> Sequence[TimelineSource]:
        return (STATUS_CHANGES, MERGED_INTO, MERGED_FROM)

    def retained(self) -> Sequence[RetainedData]:
        from wagtail_borgerdialog.contributions import retained, retained_paper, retained_reports

        return (*retained.RETAINED, *retained_reports.RETAINED, *retained_paper.RETAINED)

    def calendar_entries(self, about: Model) -> Sequence[CalendarEntry]:
        if isinstance(about, Activity):
            dates = {
                "opens": (_("Opens"), about.opens_at),
                "closes": (_("Closes"), about.closes_at),
                "decided": (_("Is decided"), about.decision_date),
            }
        else:
            dates = {"support": (_("Last chance to support"), about.support_until)}
        return [CalendarEntry(key, title, at) for key, (title, at) in dates.items() if at]

    def group_permissions(self) -> dict[str, Sequence[str]]:
        room = "borgerdialog_contributions"
        return {
            "moderators": [
                f"{room}.moderate_contribution",
                f"{room}.enter_contribution",
                f"{room}.view_contribution",
                f"{room}.view_comment",
            ],
            "caseworkers": [
                f"{room}.answer_contribution",
                f"{room}.enter_contribution",
                f"{room}.view_contribution",
                f"{room}.view_comment",
            ],
            "editors": [
                f"{room}.view_contribution",
                f"{room}.add_status",
                f"{room}.change_status",
                f"{room}.view_status",
            ],
        }
