"""One activity behind a page in all its languages, whatever editors do with the pages."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection, models
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Locale, Page, PageViewRestriction, Site

from tests.citizens import address, hidden
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.pages.models import IdeaPage, ProposalPage
from wagtail_borgerdialog.terms import LadderLevel
from wagtail_borgerdialog.testing.factories import CategoryFactory, default_site
from wagtail_borgerdialog.testing.ideas import IdeaFactory, make_idea_page
from wagtail_borgerdialog.testing.proposals import (
    ProposalFactory,
    RuleSetFactory,
    make_proposal_page,
)

pytestmark = pytest.mark.django_db

FILLED_IN = {
    "purpose": "Flere steder at mødes.",
    "how_ideas_are_used": "Udvalget læser dem.",
    "what_is_open": "Hvad pengene skal bruges til.",
    "what_is_decided": "Beløbet.",
    "decided_by": "Udvalget",
    "inclusion_measure": "Vi besøger plejehjem.",
}


@pytest.fixture
def english(db: None) -> Locale:
    locale = Locale.objects.create(language_code="en")
    default_site().root_page.specific.copy_for_translation(locale).save_revision().publish()
    return locale


def stored(page: models.Model) -> IdeaPage:
    return type(page).objects.get(pk=page.pk)


def translated(page: models.Model, locale: Locale, **texts: str) -> IdeaPage:
    copy = page.copy_for_translation(locale)
    for name, value in texts.items():
        setattr(copy, name, value)
    copy.save_revision().publish()
    return stored(copy)


def second_site() -> Site:
    locale = Locale.get_default()
    home = Page.objects.get(depth=1).add_child(
        instance=Page(title="Nabo", slug="nabo", locale=locale)
    )
    return Site.objects.create(hostname="nabo.example.dk", root_page=home)


def form_of(client: Client, url: str, **typed: object) -> dict[str, object]:
    """What a browser would send of an editor's page form."""
    form = BeautifulSoup(client.get(url).content, "html.parser").find(id="page-edit-form")
    values: dict[str, object] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        if field.get("type") in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True)
            values[field["name"]] = chosen.get("value", "") if chosen else ""
        elif not field.has_attr("disabled"):
            values[field["name"]] = field.get("value") or field.get_text().strip()
    return {"questions-count": "0", **values, **typed}


def test_an_alias_shows_and_takes_what_its_source_does(client):
    page = make_idea_page(IdeaPage, submit_level="none")
    idea = IdeaFactory(activity=page.activity)
    alias = stored(page.create_alias(update_slug="alias"))
    assert idea.title in client.get(alias.get_url()).content.decode()
    assert client.get(f"{alias.get_url()}new/").status_code == 200
    page.save_revision().publish()
    assert Activity.objects.count() == 1
    assert idea.title in client.get(alias.get_url()).content.decode()


def test_an_alias_on_another_site_collects_for_that_site(client):
    page = make_idea_page(IdeaPage)
    idea = IdeaFactory(activity=page.activity)
    site = second_site()
    alias = stored(page.create_alias(parent=site.root_page))
    path = alias.get_url_parts()[2]
    shown = client.get(path, headers={"host": site.hostname})
    assert idea.title not in shown.content.decode()
    assert client.get(f"{path}new/", headers={"host": site.hostname}).status_code == 200
    assert Activity.objects.get(page=alias.pk).site == site


def test_a_copy_begins_with_an_activity_of_its_own(client):
    page = make_idea_page(IdeaPage)
    idea = IdeaFactory(activity=page.activity)
    copy = stored(page.copy(update_attrs={"slug": "kopi", "title": "Kopi"}))
    assert idea.title not in client.get(copy.get_url()).content.decode()
    assert client.get(f"{copy.get_url()}new/").status_code == 200
    assert copy.activity.pk != page.activity.pk


def test_a_live_page_that_is_moved_into_a_site_can_be_used_there(client):
    root = Page.objects.get(depth=1)
    locale = Locale.get_default()
    outside = root.add_child(instance=Page(title="Kladder", slug="kladder", locale=locale))
    page = outside.add_child(
        instance=IdeaPage(title="Idéer", slug="ideer", locale=locale, **FILLED_IN)
    )
    page.save_revision().publish()
    page.move(default_site().root_page, pos="last-child")
    page = stored(page)
    assert client.get(page.get_url()).status_code == 200
    assert client.get(f"{page.get_url()}new/").status_code == 200
    assert page.stored_activity.site == default_site()


def test_an_unused_page_asks_for_the_site_that_it_is_moved_to():
    page = make_idea_page(IdeaPage)
    site = second_site()
    page.move(site.root_page, pos="last-child")
    assert Activity.objects.get().site == site


@pytest.mark.parametrize("is_used", [False, True])
def test_a_site_goes_with_its_empty_activities_and_not_with_what_citizens_wrote(is_used):
    page = make_idea_page(IdeaPage)
    site = second_site()
    page.move(site.root_page, pos="last-child")
    activity = Activity.objects.get(site=site)
    if is_used:
        IdeaFactory(activity=activity, visibility=Visibility.WITHDRAWN)
        with pytest.raises(ProtectedError):
            site.delete()
    else:
        site.delete()
    assert Activity.objects.filter(pk=activity.pk).exists() == is_used


@pytest.mark.parametrize("is_bulk", [False, True])
def test_a_page_with_contributions_cannot_be_moved_to_another_site(admin_client, is_bulk):
    page = make_idea_page(IdeaPage)
    IdeaFactory(activity=page.activity, visibility=Visibility.PENDING)
    home = second_site().root_page
    if is_bulk:
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
        url, data = f"{url}?id={page.pk}", {"chooser": home.pk, "move_applicable": "on"}
    else:
        url, data = reverse("wagtailadmin_pages:move_confirm", args=[page.pk, home.pk]), {}
    response = admin_client.post(url, data, follow=True)
    assert page.title in " ".join(map(str, response.context["messages"]))
    assert stored(page).get_site() == default_site()


def test_a_page_with_contributions_can_be_moved_within_its_site(admin_client, client):
    page = make_idea_page(IdeaPage)
    idea = IdeaFactory(activity=page.activity)
    home = default_site().root_page
    below = home.add_child(instance=Page(title="Deltag", slug="deltag-her", locale=home.locale))
    old = f"{page.get_url()}{idea.reference}/"
    admin_client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, below.pk]))
    page = stored(page)
    assert page.get_parent().pk == below.pk
    new = f"{page.get_url()}{idea.reference}/"
    assert idea.title in client.get(new).content.decode()
    ((address_now, status),) = client.get(old, follow=True).redirect_chain
    assert address_now.endswith(new)
    assert status == 301


@pytest.mark.parametrize("kind", ["idea", "proposal"])
def test_links_to_what_citizens_wrote_lead_on_when_the_page_gets_another_name(
    client, kind, django_capture_on_commit_callbacks
):
    is_idea = kind == "idea"
    page = make_idea_page(IdeaPage) if is_idea else make_proposal_page(ProposalPage)
    case = (IdeaFactory if is_idea else ProposalFactory)(activity=page.activity)
    old = f"{page.get_url()}{case.reference}/"
    page.slug = "et-andet-navn"
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    answer = client.get(old, follow=True)
    ((address_now, status),) = answer.redirect_chain
    assert address_now.endswith(f"{stored(page).get_url()}{case.reference}/")
    assert status == 301
    assert case.title in answer.content.decode()


def test_the_page_in_the_main_language_owns_the_rules_also_when_it_is_published_last(english):
    home = default_site().root_page
    danish = home.add_child(
        instance=IdeaPage(title="Idéer", slug="i", locale=home.locale, live=False, **FILLED_IN)
    )
    translation = translated(danish, english)
    assert translation.owning_page == translation
    danish.is_paused = True
    danish.save_revision().publish()
    assert stored(danish).owning_page == stored(danish)
    assert Activity.objects.get().is_paused
    # The other one published again changes nothing that holds for both.
    stored(translation).save_revision().publish()
    assert Activity.objects.get().page_id == danish.pk
    assert Activity.objects.get().is_paused


def test_a_translation_works_on_when_the_page_it_followed_is_deleted(client, english):
    page = make_idea_page(IdeaPage)
    translation = translated(page, english)
    page.delete()
    assert client.get(f"{translation.get_url()}new/").status_code == 200
    assert Activity.objects.get().page_id == translation.pk


def test_a_translation_is_out_of_sight_with_the_page_that_owns_the_activity(client, english):
    page = make_idea_page(IdeaPage)
    idea = IdeaFactory(activity=page.activity)
    translation = translated(page, english)
    paths = ["", f"{idea.reference}/", "new/"]
    for path in paths:
        assert client.get(translation.get_url() + path).status_code == 200
    page.unpublish()
    for path in paths:
        assert client.get(translation.get_url() + path).status_code == 404
    assert idea.reference not in client.get("/sitemap.xml").content.decode()
    page.save_revision().publish()
    for path in paths:
        assert client.get(translation.get_url() + path).status_code == 200


def test_a_translation_is_as_private_as_the_page_that_owns_the_activity(
    client, admin_client, english
):
    page = make_idea_page(IdeaPage)
    translation = translated(page, english)
    login = {"restriction_type": PageViewRestriction.LOGIN}
    PageViewRestriction.objects.create(page=page.page_ptr, **login)
    assert client.get(translation.get_url()).status_code == 404
    PageViewRestriction.objects.create(page=translation.page_ptr, **login)
    assert client.get(translation.get_url()).status_code == 302
    assert admin_client.get(translation.get_url()).status_code == 200


def test_a_translation_says_in_its_own_words_what_is_open_and_who_decides(client, english):
    page = make_idea_page(IdeaPage)
    texts = {
        "what_is_open": "What the money is for.",
        "what_is_decided": "The amount.",
        "decided_by": "The committee",
        "inclusion_measure": "We visit care homes.",
    }
    translation = translated(page, english, **texts)
    html = client.get(translation.get_url()).content.decode()
    for name, text in texts.items():
        assert text in html
        assert getattr(page, name) not in html


def test_an_editor_can_change_texts_on_a_translation_and_rules_on_the_owner(admin_client, english):
    page = make_idea_page(IdeaPage)
    translation = translated(page, english)
    url = reverse("wagtailadmin_pages:edit", args=[translation.pk])
    data = form_of(
        admin_client,
        url,
        what_is_open="What the money is for.",
        level=LadderLevel.INFORMATION,
        is_paused="on",
    )
    admin_client.post(url, {**data, "action-publish": "1"})
    translation = stored(translation)
    assert translation.what_is_open == "What the money is for."
    activity = Activity.objects.get()
    assert activity.what_is_open == page.what_is_open
    assert activity.level == translation.level == page.level
    assert not activity.is_paused
    assert not translation.is_paused


def test_the_rule_set_of_a_scheme_is_chosen_on_the_owner_alone(admin_client, english):
    page = make_proposal_page(ProposalPage)
    translation = translated(page, english)
    url = reverse("wagtailadmin_pages:edit", args=[translation.pk])
    assert page.title in admin_client.get(url).context["form"]["rule_set"].help_text
    data = form_of(admin_client, url, rule_set=RuleSetFactory(threshold=900).pk)
    admin_client.post(url, {**data, "action-publish": "1"})
    assert stored(translation).rule_set == page.rule_set
    assert stored(translation).rules_in_force == page.rule_set


def test_a_translation_shows_categories_in_its_own_language(client, english):
    page = make_idea_page(IdeaPage)
    category = CategoryFactory(name="Trafik", slug="trafik")
    category.copy_for_translation(english).save()
    type(category).objects.filter(locale=english).update(name="Traffic")
    untranslated = CategoryFactory(name="Havn", slug="havn")
    translation = translated(page, english)
    idea = IdeaFactory(activity=page.activity, category=category)
    other = IdeaFactory(activity=page.activity, category=untranslated)
    html = client.get(translation.get_url(), {"category": "trafik"}).content.decode()
    assert idea.title in html
    assert other.title not in html
    for path in ("", f"{idea.reference}/", "new/"):
        html = client.get(translation.get_url() + path).content.decode()
        assert "Traffic" in html
        assert "Trafik" not in html
    assert "Havn" in client.get(translation.get_url()).content.decode()
    assert "Trafik" in client.get(page.get_url()).content.decode()


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_a_translation_costs_no_more_than_finding_it_does(client, english):
    page = make_idea_page(IdeaPage)
    idea = IdeaFactory(activity=page.activity, category=CategoryFactory())
    translation = translated(page, english)
    # Wagtail reads the front page in the other language, and that page as what it is.
    for path in ("", f"{idea.reference}/", "?q=bænk"):
        costs = [queries_of(client, one.get_url() + path) for one in (page, translation)]
        assert costs[1] - costs[0] <= 3


def test_an_idea_on_a_translation_gets_the_category_that_everybody_filters_by(client, english):
    page = make_idea_page(IdeaPage, submit_level="none")
    category = CategoryFactory(name="Trafik", slug="trafik")
    category.copy_for_translation(english).save()
    translation = translated(page, english)
    url = f"{translation.get_url()}new/"
    typed = {"title": "Slow cars", "body": "By the school.", "category": "trafik"}
    typed |= {"language": "en", "name_display": "anonymous"}
    first = client.get(url)
    check = client.post(url, {**hidden(first), **typed, "step": "check"})
    client.post(url, {**hidden(check), "accepted": "on", "step": "send"})
    assert Idea.objects.get().category == category


@pytest.mark.parametrize("page_class", [IdeaPage, ProposalPage])
def test_a_draft_can_be_saved_before_everything_is_written(admin_client, page_class):
    home = default_site().root_page
    url = reverse(
        "wagtailadmin_pages:add", args=["borgerdialog_pages", page_class._meta.model_name, home.pk]
    )
    rules = {"rule_set": RuleSetFactory().pk} if page_class is ProposalPage else {}
    data = form_of(admin_client, url, title="Kladde", slug="kladde", **rules)
    unpublished = admin_client.post(url, {**data, "action-publish": "1"})
    assert "inclusion_measure" in unpublished.context["form"].errors
    admin_client.post(url, data)
    page = page_class.objects.get(slug="kladde")
    assert not page.live
    assert not Activity.objects.exists()


@pytest.mark.parametrize("is_private", [False, True])
def test_a_private_page_offers_nothing_that_only_public_pages_have(admin_client, is_private):
    page = make_idea_page(IdeaPage)
    idea = IdeaFactory(activity=page.activity)
    if is_private:
        PageViewRestriction.objects.create(
            page=page.page_ptr, restriction_type=PageViewRestriction.LOGIN
        )
    html = admin_client.get(f"{page.get_url()}{idea.reference}/").content.decode()
    assert idea.body in html
    for name in ("support", "comment"):
        url = address(name, idea.reference)
        is_offered = f"{name}/{idea.reference}/" in html
        assert is_offered == (admin_client.get(url).status_code == 200) == (not is_private)
