"""A town with two collections of ideas, and the staff who work with one of them each."""

import dataclasses
import datetime

import factory
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone
from wagtail.models import Locale, Page
from wagtail.users.models import UserProfile

from wagtail_borgerdialog.actions import sync_activity
from wagtail_borgerdialog.contributions.models import Status, StatusKind, Visibility
from wagtail_borgerdialog.ideas.models import Disclaimer, HelpOffer, Idea
from wagtail_borgerdialog.models import Activity, GroupActivityAccess
from wagtail_borgerdialog.pages.models import IdeaPage, ProposalPage
from wagtail_borgerdialog.proposals.models import FormalCriterion, Proposal, RuleSet
from wagtail_borgerdialog.testing.factories import (
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    default_site,
)

ROOM = "borgerdialog_contributions"
RIGHTS = {
    "editor": [f"{ROOM}.view_contribution"],
    "moderator": [
        f"{ROOM}.view_contribution",
        f"{ROOM}.view_comment",
        f"{ROOM}.moderate_contribution",
        f"{ROOM}.enter_contribution",
        "borgerdialog_ideas.view_helpoffer",
        "borgerdialog.change_outgoingmail",
    ],
    "caseworker": [
        f"{ROOM}.view_contribution",
        f"{ROOM}.view_comment",
        f"{ROOM}.answer_contribution",
        f"{ROOM}.enter_contribution",
        "borgerdialog_ideas.view_helpoffer",
        "borgerdialog_proposals.check_proposal",
    ],
}


class IdeaFactory(ContributionFactory):
    class Meta:
        model = Idea

    disclaimer = factory.LazyFunction(
        lambda: Disclaimer.objects.get_or_create(
            version="0" * 12, defaults={"text": "En idé er en idé.", "created_at": timezone.now()}
        )[0]
    )


class ProposalFactory(ContributionFactory):
    class Meta:
        model = Proposal

    title = factory.Sequence(lambda n: f"Kommunen skal plante {n + 2} træer")
    text_changed_at = factory.SelfAttribute("submitted_at")


def pending(activity: Activity, **kwargs: object) -> Idea:
    return IdeaFactory(activity=activity, visibility=Visibility.PENDING, **kwargs)


def offer(idea: Idea, **kwargs: object) -> HelpOffer:
    return HelpOffer.objects.create(
        idea=idea,
        participant=ParticipantFactory(),
        text="Jeg kan låne jer en trailer.",
        language="da",
        created_at=timezone.now(),
        **{"visibility": Visibility.PENDING, **kwargs},
    )


def proposal_at(
    activity: Activity, *, kind: str = StatusKind.IN_REVIEW, **kwargs: object
) -> Proposal:
    rule_set, is_new = RuleSet.objects.get_or_create(
        name="Lille kommune", defaults={"threshold": 450, "period_days": 90}
    )
    if is_new:
        FormalCriterion.objects.create(rule_set=rule_set, title="Kommunen kan bestemme det")
        FormalCriterion.objects.create(rule_set=rule_set, title="Et konkret forslag", sort_order=1)
    return ProposalFactory(
        activity=activity,
        rule_set=rule_set,
        status=Status.objects.of_kind(kind),
        **{"visibility": Visibility.PENDING, **kwargs},
    )


def collection(title: str, **kwargs: object) -> Activity:
    page = IdeaPage(
        title=title,
        locale=Locale.get_default(),
        purpose="At gøre byen bedre.",
        how_ideas_are_used="Vi læser dem alle.",
        what_is_open="Alt.",
        what_is_decided="Beløbet.",
        decided_by="Byrådet",
        inclusion_measure="Vi kommer på besøg.",
        **kwargs,
    )
    default_site().root_page.add_child(instance=page)
    return sync_activity(page)


def member(name: str, rights: list[str], *pages: Page, is_superuser: bool = False) -> object:
    user = get_user_model().objects.create_user(
        username=name,
        email=f"{name}@example.dk",
        password="password",
        is_superuser=is_superuser,
    )
    # The texts that the tests quote are the ones in the code, whatever the catalogues say.
    UserProfile.objects.create(user=user, preferred_language="en")
    group = Group.objects.create(name=name)
    for label in ["wagtailadmin.access_admin", *rights]:
        app_label, codename = label.split(".")
        group.permissions.add(
            Permission.objects.get(content_type__app_label=app_label, codename=codename)
        )
    for page in pages:
        GroupActivityAccess.objects.create(group=group, page_id=page.pk)
    user.groups.add(group)
    return user


@dataclasses.dataclass
class Town:
    here: Activity
    elsewhere: Activity
    staff: dict[str, object]

    def client(self, name: str) -> Client:
        client = Client()
        if name != "anonymous":
            client.force_login(self.staff[name])
        return client


@pytest.fixture
def town(db) -> Town:
    here, elsewhere = collection("Idébanken"), collection("Borgermillionen")
    staff = {role: member(role, rights, here.page) for role, rights in RIGHTS.items()}
    staff["outsider"] = member(
        "outsider", [*RIGHTS["moderator"], *RIGHTS["caseworker"]], elsewhere.page
    )
    staff["plain"] = member("plain", [], here.page)
    staff["superuser"] = member("superuser", [], is_superuser=True)
    return Town(here, elsewhere, staff)


def days_ago(days: int) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=days)


def comment_on(idea: Idea, **kwargs: object) -> object:
    return CommentFactory(contribution=idea, **kwargs)


def scheme(title: str, **rules: object) -> Activity:
    rule_set = RuleSet.objects.create(name=title, threshold=450, period_days=90, **rules)
    page = ProposalPage(
        title=title,
        locale=Locale.get_default(),
        rule_set=rule_set,
        how_proposals_are_treated="Byrådet behandler dem.",
        what_is_open="Alt.",
        what_is_decided="Intet.",
        decided_by="Byrådet",
        inclusion_measure="Vi kommer på besøg.",
    )
    default_site().root_page.add_child(instance=page)
    return sync_activity(page)
