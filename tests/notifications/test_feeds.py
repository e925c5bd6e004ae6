"""Atom feeds: what everybody may read, in order, under names that last."""

import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Locale, PageViewRestriction

from tests.citizens import address
from wagtail_borgerdialog.contributions.models import (
    Contribution,
    Status,
    StatusChange,
    StatusKind,
    Visibility,
)
from wagtail_borgerdialog.pages.models import IdeaPage, ProposalPage
from wagtail_borgerdialog.testing.ideas import IdeaFactory, make_idea_page
from wagtail_borgerdialog.testing.proposals import ProposalFactory, make_proposal_page

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture
def collection() -> IdeaPage:
    return make_idea_page(IdeaPage)


def read(client: Client, url: str) -> ET.Element:
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(response.content)  # noqa: S314 (ours)


def entries(feed: ET.Element, part: str = "title") -> list[str]:
    return [entry.findtext(f"{ATOM}{part}") for entry in feed.iter(f"{ATOM}entry")]


def page_feed(page: IdeaPage | ProposalPage) -> str:
    return address("feed_page", page.stored_activity.pk)


def test_a_page_tells_its_newest_first(client, collection):
    for days in (3, 1, 2):
        IdeaFactory(activity=collection.activity, title=f"{days} dage", days_old=days)
    feed = read(client, page_feed(collection))
    assert entries(feed) == ["1 dage", "2 dage", "3 dage"]
    assert feed.findtext(f"{ATOM}title") == "Idébanken"
    (alternate,) = (link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "alternate")
    assert alternate.get("href") == collection.full_url


def test_an_entry_says_who_what_when_and_in_which_language(client, collection):
    idea = IdeaFactory(
        activity=collection.activity, title="Bænke & træer", body="Se https://a.dk\n\n<b>x</b>"
    )
    feed = read(client, page_feed(collection))
    assert feed.get(LANG) == "en"
    (entry,) = feed.iter(f"{ATOM}entry")
    assert entry.get(LANG) == "da"
    assert entry.findtext(f"{ATOM}title") == "Bænke & træer"
    assert entry.findtext(f"{ATOM}id") == (
        f"tag:localhost,{idea.reference[:4]}:borgerdialog/{idea.reference}"
    )
    assert entry.find(f"{ATOM}link").get("href") == f"{collection.full_url}{idea.reference}/"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "A citizen"
    summary = entry.findtext(f"{ATOM}summary")
    assert "&lt;b&gt;x&lt;/b&gt;" in summary
    assert "<b>" not in summary


def test_an_id_lasts_when_the_page_gets_another_address_and_the_text_another_title(
    client, collection
):
    idea = IdeaFactory(activity=collection.activity)
    before = entries(read(client, page_feed(collection)), "id")
    collection.slug = "en-anden-adresse"
    collection.save_revision().publish()
    Contribution.objects.filter(pk=idea.pk).update(title="Noget andet")
    assert entries(read(client, page_feed(collection)), "id") == before


def test_characters_that_xml_forbids_break_no_feed(client, collection):
    IdeaFactory(activity=collection.activity, title="En\x0bbænk", body="a\x08b\ufffe")
    assert entries(read(client, page_feed(collection))) == ["En\nbænk"]


def test_a_site_tells_the_newest_of_all_its_pages(client, collection):
    scheme = make_proposal_page(ProposalPage)
    IdeaFactory(activity=collection.activity, title="Idéen", days_old=1)
    ProposalFactory(activity=scheme.activity, title="Forslaget", days_old=2)
    feed = read(client, address("feed_site"))
    assert entries(feed) == ["Idéen", "Forslaget"]


@pytest.mark.parametrize("state", [state for state in Visibility if state != Visibility.VISIBLE])
def test_what_is_not_public_is_in_no_feed(client, collection, state):
    idea = IdeaFactory(activity=collection.activity, visibility=state, published_at=timezone.now())
    assert entries(read(client, page_feed(collection))) == []
    assert entries(read(client, address("feed_site"))) == []
    assert client.get(address("feed_case", idea.reference)).status_code == 404


def test_a_private_page_has_no_feed(client, collection):
    idea = IdeaFactory(activity=collection.activity)
    PageViewRestriction.objects.create(
        page_id=collection.pk, restriction_type=PageViewRestriction.LOGIN
    )
    assert client.get(page_feed(collection)).status_code == 404
    assert client.get(address("feed_case", idea.reference)).status_code == 404
    assert entries(read(client, address("feed_site"))) == []


def test_a_timeline_tells_what_happened_newest_first(client, collection):
    idea = IdeaFactory(activity=collection.activity)
    for kind, note in (("received", "Vi læser den."), ("in_process", "Vi ser på den.")):
        StatusChange.objects.create(
            contribution=idea,
            to_status=Status.objects.of_kind(kind),
            note=note,
            by_role="Borgerservice",
            at=timezone.now(),
        )
    feed = read(client, address("feed_case", idea.reference))
    assert entries(feed, "summary") == [
        '<p dir="auto">Vi ser på den.</p>',
        '<p dir="auto">Vi læser den.</p>',
    ]
    assert len(set(entries(feed, "id"))) == 2
    assert idea.title in feed.findtext(f"{ATOM}title")


def test_what_the_author_was_told_before_publication_is_not_on_the_timeline(client):
    scheme = make_proposal_page(ProposalPage)
    proposal = ProposalFactory(activity=scheme.activity)
    StatusChange.objects.create(
        contribution=proposal,
        to_status=Status.objects.of_kind(StatusKind.RETURNED),
        note="Skriv ikke naboens navn.",
        at=timezone.now(),
    )
    response = client.get(address("feed_case", proposal.reference))
    assert "naboens" not in response.content.decode()


def test_a_feed_holds_the_fifty_newest(client, collection):
    IdeaFactory.create_batch(55, activity=collection.activity)
    assert len(entries(read(client, page_feed(collection)))) == 50


def test_an_unchanged_feed_is_not_sent_again_and_a_hidden_text_goes_from_it(client, collection):
    IdeaFactory(activity=collection.activity, days_old=2)
    idea = IdeaFactory(activity=collection.activity)
    first = client.get(page_feed(collection))
    known = {"If-None-Match": first["ETag"]}
    assert client.get(page_feed(collection), headers=known).status_code == 304
    Contribution.objects.filter(pk=idea.pk).update(visibility=Visibility.HIDDEN)
    again = client.get(page_feed(collection), headers=known)
    assert again.status_code == 200
    assert idea.reference not in again.content.decode()


def test_an_empty_feed_is_a_feed_and_says_the_same_twice(client, collection):
    first, second = client.get(page_feed(collection)), client.get(page_feed(collection))
    assert first.content == second.content
    assert ET.fromstring(first.content).findtext(f"{ATOM}updated")  # noqa: S314 (ours)


def test_a_feed_leads_to_the_page_in_the_readers_language(client, collection):
    english = Locale.objects.create(language_code="en")
    home = collection.get_parent().specific.copy_for_translation(english)
    home.save_revision().publish()
    translated = collection.copy_for_translation(english)
    translated.title = "The idea bank"
    translated.save_revision().publish()
    idea = IdeaFactory(activity=collection.activity)
    feed = read(client, page_feed(collection))
    assert feed.findtext(f"{ATOM}title") == "The idea bank"
    assert f"{translated.full_url}{idea.reference}/" in [
        link.get("href") for link in feed.iter(f"{ATOM}link")
    ]


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as context:
        assert client.get(url).status_code == 200
    return len(context)


@pytest.mark.parametrize("name", ["feed_page", "feed_site", "feed_case"])
def test_a_feed_costs_the_same_however_much_there_is(client, collection, name):
    idea = IdeaFactory(activity=collection.activity)
    args = {"feed_page": [collection.stored_activity.pk], "feed_case": [idea.reference]}
    url = address(name, *args.get(name, []))

    def add(number: int) -> None:
        IdeaFactory.create_batch(number, activity=collection.activity)
        status = Status.objects.of_kind("in_process")
        for _ in range(number):
            StatusChange.objects.create(contribution=idea, to_status=status, at=timezone.now())

    few = queries(client, url)
    add(20)
    assert queries(client, url) == few
    add(180)
    assert queries(client, url) == few
    assert few <= 10


@pytest.fixture
def links(client: Client) -> Callable[[str], list[str]]:
    def found(url: str) -> list[str]:
        page = BeautifulSoup(client.get(url).content, "html.parser")
        return [link["href"] for link in page.select("link[rel=alternate][type*=atom]")]

    return found


def test_pages_say_where_their_feeds_are(client, collection, links):
    idea = IdeaFactory(activity=collection.activity)
    for url in (collection.url, f"{collection.url}{idea.reference}/"):
        found = links(url)
        assert found
        for feed in found:
            assert read(client, feed) is not None
    assert any(idea.reference in feed for feed in links(f"{collection.url}{idea.reference}/"))


def test_a_page_for_some_offers_no_feed(client, collection, links):
    PageViewRestriction.objects.create(
        page_id=collection.pk, restriction_type=PageViewRestriction.PASSWORD, password="x"
    )
    session = client.session
    session["passed_page_view_restrictions"] = [PageViewRestriction.objects.get().pk]
    session.save()
    assert client.get(collection.url).status_code == 200
    assert links(collection.url) == []
