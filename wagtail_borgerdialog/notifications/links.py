"""What the links in followers' mails do."""

import datetime
from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Site

from wagtail_borgerdialog.contributions.links import TO_TAKE_BACK
from wagtail_borgerdialog.notifications.actions import (
    change_frequency,
    confirm_follow,
    end_follows,
)
from wagtail_borgerdialog.notifications.models import Follow, FollowStatus, Frequency
from wagtail_borgerdialog.notifications.selectors import LONGEST_LIST, described, follows_of
from wagtail_borgerdialog.people.links import Choice, MailedLink, link_url
from wagtail_borgerdialog.people.models import Participant

END, ALL = "end", "all"


class ConfirmFollow(MailedLink):
    """The owner of an address says that they want to follow something."""

    purpose = "follow"
    template_name = "wagtail_borgerdialog/notifications/link_follow.html"

    def find(self, pk: int, *, site: Site) -> Follow | None:
        found = Follow.objects.filter(pk=pk, site=site)
        return found.select_related("participant__user", "site").first()

    def address(self, obj: Follow) -> str:
        return obj.participant.email

    def state(self, obj: Follow) -> str:
        return obj.status

    def choices(self, obj: Follow) -> Sequence[Choice]:
        return [Choice("follow", _("Follow it"))]

    def context(self, obj: Follow) -> dict[str, object]:
        (what,) = described(Follow.objects.filter(pk=obj.pk))
        return {
            "what": what,
            "is_following": obj.status == FollowStatus.CONFIRMED,
            "contribution_url": what.url or obj.site.root_url,
            "follows_url": link_url("follows", obj.participant, site=obj.site),
        }

    def act(self, obj: Follow, choice: str, *, at: datetime.datetime) -> None:
        confirm_follow(obj, at=at)


class ManageFollows(MailedLink):
    """Everything that the reader of a mail follows on the site; each can be changed and ended."""

    purpose = "follows"
    max_age = TO_TAKE_BACK
    template_name = "wagtail_borgerdialog/notifications/link_follows.html"

    def find(self, pk: int, *, site: Site) -> Participant | None:
        found = Participant.objects.select_related("user").filter(pk=pk).first()
        if found is not None:
            found.followed_site = site
        return found

    def address(self, obj: Participant) -> str:
        return obj.email

    def language(self, obj: Participant) -> str:
        return obj.language

    def state(self, obj: Participant) -> str:
        # There is always something left to do: what one follows can be changed again.
        return ""

    def choices(self, obj: Participant) -> Sequence[Choice]:
        verbs = [*Frequency.values, END]
        pks = _own(obj).order_by("-created_at", "-pk").values_list("pk", flat=True)
        each = [f"{verb}:{pk}" for pk in pks[:LONGEST_LIST] for verb in verbs]
        return [Choice(value, "") for value in [*each, f"{END}:{ALL}"]]

    def context(self, obj: Participant) -> dict[str, object]:
        return {
            "follows": follows_of(obj, site=obj.followed_site),
            "frequencies": Frequency.choices,
        }

    def act(self, obj: Participant, choice: str, *, at: datetime.datetime) -> None:
        verb, _colon, which = choice.partition(":")
        own = _own(obj)
        if which != ALL:
            own = own.filter(pk=which)
        if verb == END:
            end_follows(own.values_list("pk", flat=True), at=at)
        elif (row := own.select_related("participant", "site").first()) is not None:
            if row.status == FollowStatus.PENDING:
                confirm_follow(row, at=at)
            change_frequency(row, verb, at=at)


def _own(participant: Participant) -> QuerySet[Follow]:
    rows = Follow.objects.going_on().filter(participant=participant)
    return rows.filter(site=participant.followed_site)


LINKS = (ConfirmFollow(), ManageFollows())
