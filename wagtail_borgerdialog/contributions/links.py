"""What the links in our mails about contributions do."""

import datetime
from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import Site

from wagtail_borgerdialog.contributions.actions import (
    confirm_comment,
    confirm_contribution,
    confirm_support,
    withdraw,
    withdraw_support,
)
from wagtail_borgerdialog.contributions.actions.taking_back import withdraw_comment
from wagtail_borgerdialog.contributions.models import (
    Comment,
    Contribution,
    ModerationDecision,
    Support,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.contributions.selectors import absolute_url, support_counts, support_of
from wagtail_borgerdialog.people.links import Choice, MailedLink
from wagtail_borgerdialog.people.selectors import person_of

# For as long as we may keep what it is about.
TO_TAKE_BACK = datetime.timedelta(days=1000)


def surroundings(contribution: Contribution) -> dict[str, object]:
    """What a page behind a link says about ``contribution``; its title only through the gate."""
    site = contribution.site
    readable = Contribution.objects.visible_to(AnonymousUser(), site).filter(pk=contribution.pk)
    is_readable = readable.exists()
    page_url = contribution.activity.page.localized.get_full_url() or site.root_url
    return {
        "contribution": contribution,
        "is_readable": is_readable,
        "contribution_url": absolute_url(contribution) if is_readable else page_url,
    }


class _AboutContribution(MailedLink):
    def find(self, pk: int, *, site: Site) -> Contribution | None:
        found = (
            Contribution.objects.filter(pk=pk, site=site, participant__isnull=False)
            .select_related("activity__page", "site", "status", "area", "participant__user")
            .first()
        )
        return found.specific if found else None

    def address(self, obj: Contribution) -> str:
        return obj.participant.email

    def context(self, obj: Contribution) -> dict[str, object]:
        return surroundings(obj)


class ConfirmContribution(_AboutContribution):
    purpose = "confirm"
    template_name = "wagtail_borgerdialog/contributions/link_confirm.html"

    def state(self, obj: Contribution) -> str:
        return "draft" if obj.visibility == Visibility.DRAFT else "sent"

    def choices(self, obj: Contribution) -> Sequence[Choice]:
        return [Choice("confirm", _("Confirm and send"))]

    def act(self, obj: Contribution, choice: str, *, at: datetime.datetime) -> None:
        confirm_contribution(obj, at=at)


class WithdrawContribution(_AboutContribution):
    purpose = "withdraw"
    max_age = TO_TAKE_BACK
    template_name = "wagtail_borgerdialog/contributions/link_withdraw.html"

    def state(self, obj: Contribution) -> str:
        return "withdrawn" if obj.visibility == Visibility.WITHDRAWN else "sent"

    def choices(self, obj: Contribution) -> Sequence[Choice]:
        return [Choice("withdraw", _("Withdraw it"))]

    def act(self, obj: Contribution, choice: str, *, at: datetime.datetime) -> None:
        withdraw(obj, by=person_of(obj.participant), at=at)


class _AboutSupport(MailedLink):
    def find(self, pk: int, *, site: Site) -> Support | None:
        return (
            Support.objects.filter(pk=pk, contribution__site=site, participant__isnull=False)
            .select_related(
                "participant__user",
                "contribution__activity__page",
                "contribution__site",
                "contribution__status",
            )
            .first()
        )

    def address(self, obj: Support) -> str:
        return obj.participant.email

    def state(self, obj: Support) -> str:
        return obj.status

    def context(self, obj: Support) -> dict[str, object]:
        return {
            **surroundings(obj.contribution),
            "counts": support_counts(obj.contribution),
            "support": obj,
            "current": support_of(obj.participant, obj.contribution),
        }


class ConfirmSupport(_AboutSupport):
    purpose = "support"
    template_name = "wagtail_borgerdialog/contributions/link_support.html"

    def choices(self, obj: Support) -> Sequence[Choice]:
        return [Choice("support", _("Support it"))]

    def act(self, obj: Support, choice: str, *, at: datetime.datetime) -> None:
        confirm_support(obj, at=at)


class WithdrawSupport(_AboutSupport):
    purpose = "withdraw-support"
    max_age = TO_TAKE_BACK
    template_name = "wagtail_borgerdialog/contributions/link_withdraw_support.html"

    def state(self, obj: Support) -> str:
        counted = obj.status in {SupportStatus.CONFIRMED, SupportStatus.PENDING}
        return "counted" if counted else "ended"

    def choices(self, obj: Support) -> Sequence[Choice]:
        return [Choice("withdraw", _("Withdraw my support"))]

    def act(self, obj: Support, choice: str, *, at: datetime.datetime) -> None:
        withdraw_support(obj.contribution, participant=obj.participant, at=at)


class _AboutComment(MailedLink):
    def find(self, pk: int, *, site: Site) -> Comment | None:
        return (
            Comment.objects.filter(pk=pk, contribution__site=site, participant__isnull=False)
            .select_related(
                "participant__user",
                "contribution__activity__page",
                "contribution__site",
                "contribution__status",
            )
            .first()
        )

    def address(self, obj: Comment) -> str:
        return obj.participant.email

    def context(self, obj: Comment) -> dict[str, object]:
        return {**surroundings(obj.contribution), "comment": obj}


class ConfirmComment(_AboutComment):
    purpose = "comment"
    template_name = "wagtail_borgerdialog/contributions/link_comment.html"

    def state(self, obj: Comment) -> str:
        return "draft" if obj.visibility == Visibility.DRAFT else "sent"

    def choices(self, obj: Comment) -> Sequence[Choice]:
        return [Choice("confirm", _("Confirm and send"))]

    def act(self, obj: Comment, choice: str, *, at: datetime.datetime) -> None:
        confirm_comment(obj, at=at)


class WithdrawComment(_AboutComment):
    """From its author's own page."""

    purpose = "withdraw-comment"
    max_age = TO_TAKE_BACK
    template_name = "wagtail_borgerdialog/contributions/link_withdraw_comment.html"

    def state(self, obj: Comment) -> str:
        return "withdrawn" if obj.visibility == Visibility.WITHDRAWN else "sent"

    def choices(self, obj: Comment) -> Sequence[Choice]:
        return [Choice("withdraw", _("Withdraw it"))]

    def act(self, obj: Comment, choice: str, *, at: datetime.datetime) -> None:
        withdraw_comment(obj, by=person_of(obj.participant), at=at)


class AppealLink(MailedLink):
    """To an author whose text is not shown: a page of its own, with a form to object."""

    purpose = "appeal"
    max_age = TO_TAKE_BACK
    template_name = "wagtail_borgerdialog/contributions/link_appeal.html"

    def find(self, pk: int, *, site: Site) -> ModerationDecision | None:
        found = (
            ModerationDecision.objects.filter(pk=pk)
            .select_related(
                "contribution__activity__page",
                "contribution__site",
                "contribution__status",
                "contribution__participant__user",
                "comment__participant__user",
                "comment__contribution__activity__page",
                "comment__contribution__site",
                "comment__contribution__status",
            )
            .first()
        )
        if found is None or found.text.participant is None:
            return None
        contribution = found.comment.contribution if found.comment else found.contribution
        return found if contribution.site_id == site.pk else None

    def address(self, obj: ModerationDecision) -> str:
        return obj.text.participant.email

    def state(self, obj: ModerationDecision) -> str:
        return "decided"

    def language(self, obj: ModerationDecision) -> str:
        return obj.text.participant.language

    def url(self, obj: ModerationDecision, *, site: Site) -> str:
        with translation.override(self.language(obj)):
            path = reverse("borgerdialog:appeal", args=[self.token(obj, site=site)])
        return site.root_url + path

    def context(self, obj: ModerationDecision) -> dict[str, object]:
        contribution = obj.comment.contribution if obj.comment else obj.contribution
        return {"url": self.url(obj, site=contribution.site)}


LINKS = (
    ConfirmContribution(),
    WithdrawContribution(),
    ConfirmSupport(),
    WithdrawSupport(),
    ConfirmComment(),
    WithdrawComment(),
    AppealLink(),
)
