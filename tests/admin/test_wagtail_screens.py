"""What we add to screens of Wagtail's own: rights of groups, deletion of pages, the front page."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import Page

import wagtail_borgerdialog
from tests.admin.conftest import IdeaFactory, comment_on, days_ago, pending, proposal_at
from wagtail_borgerdialog.contributions.models import Status, StatusKind, Visibility
from wagtail_borgerdialog.models import Area, GroupActivityAccess, OutgoingMail
from wagtail_borgerdialog.testing.factories import AreaFactory, default_site
from wagtail_borgerdialog.viewsets import names_of_mails


def group_form(client, group: Group) -> dict[str, object]:
    """The data of the form as a browser would send it back."""
    page = client.get(reverse("wagtailusers_groups:edit", args=[group.pk]))
    data: dict[str, object] = {"name": group.name, "permissions": []}
    for panel in page.context["permission_panels"]:
        if hasattr(panel, "management_form"):
            for field in panel.management_form:
                data[field.html_name] = field.value()
            for form in panel.forms:
                for field in form:
                    data[field.html_name] = field.value() or ""
    return data


def test_a_group_gets_and_loses_parts_of_the_page_tree(town):
    group = Group.objects.create(name="Nye folk")
    client = town.client("superuser")
    url = reverse("wagtailusers_groups:edit", args=[group.pk])
    prefix = "borgerdialog_access"
    assert "Participation access" in client.get(url).content.decode()
    data = group_form(client, group)
    data |= {f"{prefix}-TOTAL_FORMS": 1, f"{prefix}-0-page": town.here.page_id}
    client.post(url, data)
    assert [row.page_id for row in GroupActivityAccess.objects.filter(group=group)] == [
        town.here.page_id
    ]
    data = group_form(client, group)
    data |= {
        f"{prefix}-TOTAL_FORMS": 2,
        f"{prefix}-0-DELETE": "1",
        f"{prefix}-1-page": town.elsewhere.page_id,
    }
    client.post(url, data)
    assert [row.page_id for row in GroupActivityAccess.objects.filter(group=group)] == [
        town.elsewhere.page_id
    ]


def test_the_same_page_twice_is_an_error(town):
    group = Group.objects.create(name="Nye folk")
    client = town.client("superuser")
    prefix = "borgerdialog_access"
    data = group_form(client, group) | {
        f"{prefix}-TOTAL_FORMS": 2,
        f"{prefix}-0-page": town.here.page_id,
        f"{prefix}-1-page": town.here.page_id,
    }
    response = client.post(reverse("wagtailusers_groups:edit", args=[group.pk]), data)
    assert "You have chosen the same page twice." in response.content.decode()
    assert not GroupActivityAccess.objects.filter(group=group).exists()


def test_the_group_screen_offers_our_rights(town):
    page = town.client("superuser").get(reverse("wagtailusers_groups:add")).content.decode()
    for words in (
        "Can decide what is published",
        "Can change where a case stands",
        "Can enter for somebody else",
        "Can make the formal check",
    ):
        assert words in page


@pytest.mark.parametrize("is_parent", [False, True])
def test_a_page_with_contributions_cannot_be_deleted(town, is_parent):
    IdeaFactory(activity=town.here, visibility=Visibility.WITHDRAWN)
    page = default_site().root_page if is_parent else town.here.page
    client = town.client("superuser")
    url = reverse("wagtailadmin_pages:delete", args=[page.pk])
    for response in (client.get(url, follow=True), client.post(url, follow=True)):
        assert "Idébanken" in " ".join(map(str, response.context["messages"]))
    assert Page.objects.filter(pk=page.pk).exists()


def test_nor_together_with_others(town):
    IdeaFactory(activity=town.here)
    client = town.client("superuser")
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    ids = f"?id={town.here.page_id}&id={town.elsewhere.page_id}"
    response = client.post(url + ids, follow=True)
    assert "Idébanken" in " ".join(map(str, response.context["messages"]))
    assert Page.objects.filter(pk__in=[town.here.page_id, town.elsewhere.page_id]).count() == 2


def test_a_page_on_which_nobody_has_said_anything_can_be_deleted(town):
    client = town.client("superuser")
    client.post(reverse("wagtailadmin_pages:delete", args=[town.here.page_id]))
    assert not Page.objects.filter(pk=town.here.page_id).exists()


def test_below_all_doors_the_database_refuses(town):
    IdeaFactory(activity=town.here)
    with pytest.raises(ProtectedError):
        Page.objects.get(pk=town.here.page_id).delete()


def test_the_front_page_says_what_waits_and_for_how_long(town):
    idea = pending(town.here, submitted_at=days_ago(3))
    comment_on(idea, visibility=Visibility.PENDING, created_at=days_ago(2))
    proposal_at(town.here)
    pending(town.elsewhere)

    def counts(role: str) -> dict[str, int]:
        page = town.client(role).get(reverse("wagtailadmin_home"))
        panels = [panel for panel in page.context["panels"] if panel.name == "borgerdialog"]
        with translation.override("en"):
            return {one.label: (one.count, one.url) for one in panels[0].counts()}

    seen = counts("moderator")
    assert seen["Ideas that wait for a moderator"][0] == 1
    assert seen["Comments that wait for a moderator"][0] == 1
    assert "Proposals to check" not in seen
    assert counts("caseworker").keys() == {"Proposals to check"}
    assert counts("plain") == {}
    assert counts("superuser")["Ideas that wait for a moderator"][0] == 2
    client = town.client("moderator")
    assert "Oldest: 3" in client.get(reverse("wagtailadmin_home")).content.decode()
    listed = client.get(seen["Ideas that wait for a moderator"][1]).context["object_list"]
    assert [one.pk for one in listed] == [idea.pk]
    to_check = town.client("caseworker").get(counts("caseworker")["Proposals to check"][1])
    assert len(to_check.context["object_list"]) == 1


@pytest.fixture
def failed(town) -> OutgoingMail:
    now = timezone.now()
    return OutgoingMail.objects.create(
        site=default_site(),
        recipient_key="k",
        event="e",
        template="receipt",
        to_email="asta@example.dk",
        language="da",
        created_at=now,
        next_attempt_at=now,
        failed_at=now,
        attempts=10,
        last_error="SMTPServerDisconnected",
    )


def test_a_mail_that_failed_is_listed_without_its_address_and_tried_again(town, failed):
    client = town.client("moderator")
    page = client.get(reverse("borgerdialog_mails:list")).content.decode()
    assert "SMTPServerDisconnected" in page
    assert "example.dk" in page
    assert "asta@" not in page
    url = reverse("borgerdialog_mails:mail", args=[failed.pk])
    assert "asta@" not in client.get(url).content.decode()
    client.post(url)
    failed.refresh_from_db()
    assert (failed.failed_at, failed.attempts) == (None, 0)
    assert failed in OutgoingMail.objects.due(timezone.now())


def test_mails_are_called_what_staff_call_them_can_be_filtered_and_exported(town, failed):
    still_trying = OutgoingMail.objects.create(
        site=default_site(),
        recipient_key="k",
        event="other",
        template="proposal_expired",
        to_email="bo@example.org",
        language="da",
        created_at=failed.created_at,
        next_attempt_at=failed.created_at,
        last_error="SMTPServerDisconnected",
    )
    client = town.client("moderator")
    url = reverse("borgerdialog_mails:list")
    page = client.get(url)
    assert "The proposal had too little support" in page.content.decode()
    for query, found in {
        "?template=receipt": [failed],
        "?given_up=yes": [failed],
        "?given_up=no": [still_trying],
        "?given_up=perhaps&template=nonsense": None,
    }.items():
        response = client.get(url + query)
        assert response.status_code == 200, query
        if found is not None:
            assert list(response.context["object_list"]) == found, query
    for kind in ("csv", "xlsx"):
        exported = b"".join(client.get(f"{url}?export={kind}").streaming_content)
        if kind == "csv":
            assert "Receipt" in exported.decode("utf-8-sig")
            assert "asta@" not in exported.decode("utf-8-sig")


def test_every_mail_has_a_name_for_staff():
    folder = Path(wagtail_borgerdialog.__file__).parent / "templates/wagtail_borgerdialog/mail"
    assert {path.stem for path in folder.glob("*.txt")} == names_of_mails().keys()


def test_a_mail_of_a_site_one_does_not_work_with_is_not_there(town, failed):
    GroupActivityAccess.objects.filter(group__name="moderator").delete()
    client = town.client("moderator")
    assert client.get(reverse("borgerdialog_mails:mail", args=[failed.pk])).status_code == 404
    client.post(reverse("borgerdialog_mails:mail", args=[failed.pk]))
    failed.refresh_from_db()
    assert failed.failed_at is not None


def test_a_status_in_use_is_not_deleted_and_that_is_said(town):
    status = IdeaFactory(activity=town.here).status
    client = town.client("superuser")
    one = reverse("wagtailsnippets_borgerdialog_contributions_status:delete", args=[status.pk])
    several = reverse(
        "wagtail_bulk_action", args=["borgerdialog_contributions", "status", "delete"]
    )
    for url in (one, f"{several}?id={status.pk}"):
        response = client.post(url, follow=True)
        assert "it is in use" in " ".join(map(str, response.context["messages"]))
    status.refresh_from_db()


def test_the_slug_of_a_district_follows_its_name_and_an_unused_one_can_be_deleted(town):
    client = town.client("superuser")
    page = client.get(reverse("wagtailsnippets_borgerdialog_area:add")).content.decode()
    assert "w-sync" in page
    area = AreaFactory()
    client.post(reverse("wagtailsnippets_borgerdialog_area:delete", args=[area.pk]))
    assert not Area.objects.filter(pk=area.pk).exists()


def test_the_list_of_statuses_shows_ticks_and_not_true_and_false(town):
    Status.objects.of_kind(StatusKind.DONE)
    page = town.client("superuser").get(
        reverse("wagtailsnippets_borgerdialog_contributions_status:list")
    )
    table = page.content.decode().split("<tbody>")[1]
    assert "icon-success" in table or "icon-cross" in table


@pytest.mark.parametrize("kind", ["ideapage", "proposalpage"])
def test_an_editor_reads_on_the_form_what_citizens_will_see(town, kind):
    client = town.client("superuser")
    root = default_site().root_page
    chosen = client.get(reverse("wagtailadmin_pages:add_subpage", args=[root.pk])).content.decode()
    assert "Citizens share ideas, support those of others" in chosen
    assert "Citizens make formal proposals." in chosen
    url = reverse("wagtailadmin_pages:add", args=["borgerdialog_pages", kind, root.pk])
    form = client.get(url)
    assert "Citizens read all of it at the top of the page" in form.content.decode()
    levels = [str(label) for value, label in form.context["form"].fields["level"].choices]
    assert len(levels) == 6
    assert "Dialogue: We talk it through together, and we tell you what we used." in levels
