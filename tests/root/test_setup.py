"""What a site needs once, and what a site decides for itself."""

import datetime
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from wagtail_borgerdialog.adapter import DefaultParticipationAdapter
from wagtail_borgerdialog.components import Component, Registry
from wagtail_borgerdialog.contributions.models import Status, Visibility
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.models import GroupActivityAccess, ParticipationSettings
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.proposals.models import RuleSet
from wagtail_borgerdialog.setup import GROUPS
from wagtail_borgerdialog.terms import LadderLevel
from wagtail_borgerdialog.testing.factories import default_site
from wagtail_borgerdialog.testing.ideas import make_idea_page

pytestmark = pytest.mark.django_db


def set_up() -> str:
    said = StringIO()
    call_command("borgerdialog_setup", stdout=said)
    return said.getvalue()


def test_setup_makes_groups_texts_and_rule_sets_that_reach_the_whole_site():
    assert "group Participation editors" in set_up()
    groups = Group.objects.filter(name__in=GROUPS.values())
    assert groups.count() == 3
    for group in groups:
        assert group.permissions.filter(codename="access_admin").exists()
        assert group.activity_access.get().page_id == default_site().root_page_id
    assert ParticipationSettings.objects.get().disclaimer_text
    assert RuleSet.objects.count() == 4


def test_setup_run_again_makes_nothing_and_keeps_what_the_site_has_changed():
    set_up()
    group = Group.objects.get(name="Caseworkers")
    GroupActivityAccess.objects.filter(group=group).delete()
    ParticipationSettings.objects.update(disclaimer="Vores egne ord.")
    RuleSet.objects.filter(preset="small").update(threshold=300)
    status = Status.objects.of_kind("received")
    Status.objects.filter(pk=status.pk).update(label="Modtaget hos os")
    assert "0 made" in set_up()
    assert not group.activity_access.exists()
    assert ParticipationSettings.objects.get().disclaimer == "Vores egne ord."
    assert RuleSet.objects.get(preset="small").threshold == 300
    assert str(Status.objects.of_kind("received")) == "Modtaget hos os"


def test_setup_before_migrate_says_what_to_do():
    Permission.objects.filter(content_type__app_label__startswith="borgerdialog").delete()
    with pytest.raises(CommandError, match="migrate"):
        set_up()
    assert not Group.objects.filter(name__in=GROUPS.values()).exists()


@pytest.mark.parametrize("is_off", [False, True])
def test_a_page_type_that_is_switched_off_cannot_be_made(admin_client, is_off):
    home = default_site().root_page
    url = reverse("wagtailadmin_pages:add", args=["borgerdialog_pages", "ideapage", home.pk])
    with override_settings(BORGERDIALOG_DISABLED_PAGE_TYPES=["IdeaPage"] if is_off else []):
        assert IdeaPage.can_create_at(home) != is_off
        assert (admin_client.get(url).status_code == 200) != is_off


def test_a_page_type_that_is_switched_off_keeps_the_pages_there_are(client):
    page = make_idea_page(IdeaPage)
    with override_settings(BORGERDIALOG_DISABLED_PAGE_TYPES=["IdeaPage"]):
        assert client.get(page.get_url()).status_code == 200


class Careful(DefaultParticipationAdapter):
    def looks_like_spam(self, text, *, at):
        return "billig" in text


def test_a_sites_own_adapter_decides(client):
    page = make_idea_page(IdeaPage, submit_level="none")
    url = f"{page.get_url()}new/"
    with override_settings(BORGERDIALOG_ADAPTER=f"{__name__}.Careful"):
        for title in ("En bænk", "Et billigt lån, billig rente"):
            typed = {"title": title, "body": "Ved søen.", "language": "da"}
            typed |= {"name_display": "anonymous", "started": started_a_while_ago(client, url)}
            check = client.post(url, {**typed, "step": "check"})
            version = check.context["accept"].current
            client.post(url, {**typed, "version": version, "accepted": "on", "step": "send"})
    found = dict(Idea.objects.values_list("title", "visibility"))
    assert found == {
        "En bænk": Visibility.VISIBLE,
        "Et billigt lån, billig rente": Visibility.PENDING,
    }


def started_a_while_ago(client, url) -> str:
    with time_machine.travel(timezone.now() - datetime.timedelta(minutes=5)):
        return client.get(url).context["form"]["started"].value()


def test_a_name_for_a_component_is_given_once():
    class Rooms(Component):
        key = "rooms"

    class Others(Component):
        key = "rooms"
        order = 1

    registry = Registry()
    registry.register(Rooms())
    registry.register(Rooms())
    assert [one.key for one in registry] == ["rooms"]
    with pytest.raises(ValueError, match="rooms"):
        registry.register(Others())


def test_each_step_of_the_ladder_says_what_it_means_and_stands_above_the_last():
    steps = list(LadderLevel)
    assert len(steps) == 6
    assert [step.rank for step in steps] == list(range(6))
    assert len({str(step.meaning) for step in steps}) == 6
