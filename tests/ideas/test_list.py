"""The collection: what it is for, and its public ideas, at a cost that does not grow."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wagtail_borgerdialog.contributions.models import Status, Visibility
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.testing.factories import AreaFactory, CategoryFactory, UserFactory
from wagtail_borgerdialog.testing.ideas import IdeaFactory

pytestmark = pytest.mark.django_db


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def close(collection: IdeaPage) -> None:
    collection.activity.opens_at = timezone.now() - datetime.timedelta(days=9)
    collection.activity.closes_at = timezone.now() - datetime.timedelta(days=1)
    collection.activity.save()


def test_the_page_says_what_it_is_for_and_what_happens_to_ideas(client, collection, url):
    html = client.get(url()).content.decode()
    assert collection.purpose in html
    assert collection.how_ideas_are_used in html
    assert "Udvalget for by og miljø" in html
    assert "bd-disclaimer" in html
    assert url("new") in html


def test_an_empty_collection_says_what_will_be_here(client, url):
    assert "bd-empty" in client.get(url()).content.decode()


@pytest.mark.usefixtures("our_layout")
@pytest.mark.parametrize("sort", ["newest", "supported", "discussed"])
def test_a_list_costs_the_same_at_0_20_and_200_ideas(client, collection, url, sort):
    address = f"{url()}?sort={sort}"
    client.get(address)  # what a process asks once
    counts = [queries(client, address)]
    for number in (20, 180):
        IdeaFactory.create_batch(number, activity=collection.activity)
        counts.append(queries(client, address))
    assert max(counts) <= 10
    assert counts[1] == counts[2]


@pytest.mark.usefixtures("our_layout")
def test_a_random_order_costs_one_more_only_where_it_runs_past_the_highest_number(
    client, collection, url
):
    IdeaFactory.create_batch(200, activity=collection.activity)
    client.get(url())
    assert queries(client, f"{url()}?sort=random") <= 11


@pytest.mark.usefixtures("our_layout")
def test_filters_and_search_stay_within_the_budget(client, collection, url):
    area, category = AreaFactory(), CategoryFactory()
    IdeaFactory.create_batch(30, activity=collection.activity, area=area, category=category)
    address = f"{url()}?q=bænk&area={area.slug}&category={category.slug}&status=open"
    client.get(address)
    assert queries(client, address) <= 11
    assert queries(client, f"{url()}?area={area.slug}") <= 10


def test_only_public_ideas_of_this_page_are_listed(client, collection, url):
    other = IdeaFactory(title="En anden side")
    shown = IdeaFactory(activity=collection.activity, title="Vilde blomster")
    for visibility in set(Visibility) - {Visibility.VISIBLE}:
        IdeaFactory(
            activity=collection.activity, title=f"Skjult {visibility}", visibility=visibility
        )
    html = client.get(url()).content.decode()
    assert shown.title in html
    assert "Skjult" not in html
    assert other.title not in html


def test_search_finds_an_idea_by_a_word_of_its_text(client, collection, url):
    IdeaFactory(activity=collection.activity, title="Lys på stien", body="Der er mørkt ved hallen.")
    IdeaFactory(activity=collection.activity, title="Bænke på torvet")
    html = client.get(f"{url()}?q=hallen").content.decode()
    assert "Lys på stien" in html
    assert "Bænke på torvet" not in html


def test_filters_narrow_by_district_category_and_status(client, collection, url):
    area, category = AreaFactory(), CategoryFactory()
    IdeaFactory(activity=collection.activity, title="Rigtig", area=area, category=category)
    IdeaFactory(activity=collection.activity, title="Forkert")
    IdeaFactory(
        activity=collection.activity,
        title="Afsluttet",
        area=area,
        category=category,
        status=Status.objects.of_kind("done"),
    )
    html = client.get(
        f"{url()}?area={area.slug}&category={category.slug}&status=open"
    ).content.decode()
    assert "Rigtig" in html
    assert "Forkert" not in html
    assert "Afsluttet" not in html


def test_paging_shows_every_idea_once(client, collection, url):
    ideas = IdeaFactory.create_batch(45, activity=collection.activity)
    seen: list[str] = []
    address = url()
    for _page in range(3):
        response = client.get(address)
        seen += [card.reference for card in response.context["cards"]]
        address = f"{url()}{response.context['next_url']}"
    assert sorted(seen) == sorted(idea.reference for idea in ideas)
    assert response.context["next_url"] == ""


def test_a_visitor_without_a_session_gets_no_cookie_and_a_page_that_proxies_may_keep(client, url):
    response = client.get(url())
    assert not response.cookies
    assert "Cookie" in response["Vary"]
    assert "private" not in response.get("Cache-Control", "")
    assert "no-store" not in response.get("Cache-Control", "")


def test_nobody_else_gets_the_page_of_somebody_who_is_signed_in(client, url):
    client.force_login(UserFactory())
    assert "private" in client.get(url())["Cache-Control"]


def test_a_closed_collection_offers_no_form_but_keeps_its_ideas(client, collection, url):
    idea = IdeaFactory(activity=collection.activity)
    close(collection)
    html = client.get(url()).content.decode()
    assert idea.title in html
    assert url("new") not in html


def test_a_text_in_another_language_says_so(client, collection, url):
    IdeaFactory(activity=collection.activity, title="A pump track", language="en")
    assert 'lang="en"' in client.get(url()).content.decode()


def test_the_sitemap_lists_public_ideas_only(collection):
    shown = IdeaFactory(activity=collection.activity)
    hidden = IdeaFactory(activity=collection.activity, visibility=Visibility.HIDDEN)
    found = " ".join(entry["location"] for entry in collection.get_sitemap_urls())
    assert shown.reference in found
    assert hidden.reference not in found


def test_an_editor_can_preview_a_page_that_was_never_published(collection, admin_client):
    draft = IdeaPage(title="Kladde", slug="kladde", locale=collection.locale, live=False)
    collection.get_parent().add_child(instance=draft)
    response = draft.make_preview_request(preview_mode=draft.default_preview_mode)
    assert response.status_code == 200
    assert "Kladde" in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "+".join(["ord"] * 200),
        "after=n99999999999999999999999999999999-1",
        "after=" + "9" * 400,
        "before=t-1",
        "after=n1-1",
        "sort=supported&after=t1-1",
        "sort=random&before=t1-1",
        "sort=random&after=n9223372036854775807-1",
        "sort=%00",
        "q=%00",
        "q=%ED%A0%80",
        "area=" + "a" * 5000,
        "q=%E2%80%AEbidi",
        "status[]=x&sort=__proto__",
    ],
)
def test_a_hostile_query_is_a_clear_answer(client, collection, url, query):
    IdeaFactory(activity=collection.activity)
    assert client.get(f"{url()}?{query}").status_code in {200, 400}


def test_what_one_chose_is_shown_from_where_the_ideas_begin(client, collection, url):
    IdeaFactory.create_batch(21, activity=collection.activity)
    page = BeautifulSoup(client.get(url()).content, "html.parser")
    assert page.find("form", role="search")["action"] == "#ideas"
    links = page.select(".bd-tabs a, a[rel=next]")
    assert len(links) > 2
    assert all(link["href"].endswith("#ideas") for link in links)
