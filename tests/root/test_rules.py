"""Which parts of the page tree a right holds for."""

import pytest
from django.contrib.auth.models import Group, Permission
from wagtail.models import Site

from wagtail_borgerdialog.contributions.models import Contribution, Visibility
from wagtail_borgerdialog.contributions.rules import may_answer, may_enter, may_moderate
from wagtail_borgerdialog.models import GroupActivityAccess
from wagtail_borgerdialog.setup import GROUPS, set_up
from wagtail_borgerdialog.testing.factories import (
    ActivityFactory,
    ContributionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def texts() -> list[Contribution]:
    """Something that waits on each of two pages; our user moderates the first, answers both."""
    set_up()
    GroupActivityAccess.objects.all().delete()
    return [
        ContributionFactory(activity=ActivityFactory(), visibility=Visibility.PENDING)
        for _ in range(2)
    ]


@pytest.fixture
def user(texts):
    found = UserFactory()
    for role, of_role in (("moderators", texts[:1]), ("caseworkers", texts)):
        group = Group.objects.get(name=GROUPS[role])
        found.groups.add(group)
        for text in of_role:
            GroupActivityAccess.objects.create(group=group, page_id=text.activity.page_id)
    return found


def test_a_right_holds_where_the_group_that_gives_it_works(user, texts):
    for may, there in ((may_moderate, [True, False]), (may_answer, [True, True])):
        assert [bool(may(user, text.activity)) for text in texts] == there
    assert [bool(may_enter(user, text.activity)) for text in texts] == [True, True]
    site = Site.objects.get(is_default_site=True)
    assert list(Contribution.objects.visible_to(user, site)) == texts[:1]


def test_a_right_of_ones_own_holds_wherever_one_works(user, texts):
    user.user_permissions.add(Permission.objects.get(codename="moderate_contribution"))
    user = type(user).objects.get(pk=user.pk)
    assert [bool(may_moderate(user, text.activity)) for text in texts] == [True, True]
