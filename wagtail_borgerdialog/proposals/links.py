"""What the links in our mails about proposals do."""

import datetime
from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from wagtail.models import Site

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.contributions.selectors import absolute_url
from wagtail_borgerdialog.people.links import Choice, MailedLink
from wagtail_borgerdialog.proposals import rules
from wagtail_borgerdialog.proposals.actions import accept_invitation, decline_invitation
from wagtail_borgerdialog.proposals.models import CoProposer, Proposal
from wagtail_borgerdialog.terms import VerificationLevel

# They outlive any scheme's period; what they may do is asked of the rules each time.
LONG = datetime.timedelta(days=1000)

ACCEPT = "accept"
DECLINE = "decline"


class CoProposerLink(MailedLink):
    """To somebody who is asked to be a co-proposer: read it, say yes or no, step back."""

    purpose = "coproposer"
    template_name = "wagtail_borgerdialog/proposals/link_coproposer.html"
    max_age = LONG

    def find(self, pk: int, *, site: Site) -> CoProposer | None:
        return (
            CoProposer.objects.filter(pk=pk, proposal__site=site, invited_at__isnull=False)
            .select_related(
                "participant",
                "proposal__activity__page",
                "proposal__site",
                "proposal__status",
                "proposal__rule_set",
            )
            .first()
        )

    def address(self, obj: CoProposer) -> str:
        return obj.email

    def state(self, obj: CoProposer) -> str:
        # One link for the invitation and for stepping back; what is possible is in the choices.
        return "asked"

    def choices(self, obj: CoProposer) -> Sequence[Choice]:
        at = timezone.now()
        found = []
        if rules.may_accept(obj, obj.proposal, at=at):
            # A yes is to the words that were read: after a change the page is shown once more.
            read = int(obj.proposal.text_changed_at.timestamp() * 1_000_000)
            found.append(Choice(f"{ACCEPT}-{read}", _("Say yes")))
        if rules.may_decline(obj, obj.proposal, at=at):
            label = _("Step back") if obj.has_accepted else _("Say no")
            found.append(Choice(DECLINE, label, is_quiet=True))
        return found

    def context(self, obj: CoProposer) -> dict[str, object]:
        at = timezone.now()
        key = self.token(obj, site=obj.proposal.site)
        public_url = absolute_url(obj.proposal) if obj.proposal.is_public else ""
        can_add = public_url and rules.may_add(obj.participant, obj.proposal, at=at)
        return {
            "coproposer": obj,
            "proposal": obj.proposal,
            "is_gone": rules.is_gone(obj.proposal),
            "status": obj.status_at(at),
            "at": at,
            "shown_as": obj.public_name or obj.name_under(obj.proposal.rule_set),
            "demands": demands(obj.proposal),
            "takes_account": obj.proposal.rule_set.propose_level
            in {VerificationLevel.ACCOUNT, VerificationLevel.EID},
            "public_url": public_url,
            "add_url": keyed(f"{public_url}addendum/", key) if can_add else "",
            "sign_in_url": get_adapter().login_url(
                next_url=reverse("borgerdialog:link", args=[self.purpose, key])
            ),
        }

    def act(self, obj: CoProposer, choice: str, *, at: datetime.datetime) -> None:
        if choice == DECLINE:
            decline_invitation(obj, at=at)
        else:
            accept_invitation(obj, at=at)


class AuthorLink(MailedLink):
    """To an author without an account: their own page of the proposal."""

    purpose = "proposal"
    template_name = "wagtail_borgerdialog/proposals/link_author.html"
    max_age = LONG
    route = "edit/"

    def find(self, pk: int, *, site: Site) -> Proposal | None:
        return (
            Proposal.objects.with_page_rows()
            .filter(pk=pk, site=site, participant__isnull=False)
            .first()
        )

    def address(self, obj: Proposal) -> str:
        return obj.participant.email

    def state(self, obj: Proposal) -> str:
        return "author"

    def url(self, obj: Proposal, *, site: Site) -> str:
        return keyed(absolute_url(obj) + self.route, self.token(obj, site=site))

    def context(self, obj: Proposal) -> dict[str, object]:
        return {"url": self.url(obj, site=obj.site)}


def demands(proposal: Proposal) -> str:
    """What somebody declares who says yes; empty where nothing is demanded."""
    rule_set = proposal.rule_set
    age = {"age": rule_set.minimum_age}
    if rule_set.minimum_age and rule_set.residents_only:
        return (
            _(
                "By saying yes you declare that you are at least %(age)s years old and live in the "
                "municipality."
            )
            % age
        )
    if rule_set.minimum_age:
        return _("By saying yes you declare that you are at least %(age)s years old.") % age
    if rule_set.residents_only:
        return _("By saying yes you declare that you live in the municipality.")
    return ""


def keyed(url: str, key: str) -> str:
    """``url`` with the key of a mailed link, which the pages for authors accept."""
    return f"{url}?{urlencode({'key': key})}"


LINKS = (CoProposerLink(), AuthorLink())
