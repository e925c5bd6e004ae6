"""Similar ideas out of the database: the figures of the pure function, and what may be shown."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from tests.ideas import test_similarity as cases
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.ideas import actions, selectors
from wagtail_borgerdialog.ideas.models import IdeaTerm
from wagtail_borgerdialog.ideas.similarity import index_terms
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.testing.factories import AreaFactory, UserFactory
from wagtail_borgerdialog.testing.ideas import IdeaFactory, make_idea_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(collection: IdeaPage) -> dict[int, str]:
    """The public ideas of the demo: their keys by primary key."""
    for name in cases.PLACES:
        AreaFactory(name=name)
    return {
        IdeaFactory(activity=collection.activity, title=idea["title"], body=idea["body"]).pk: key
        for key, idea in cases.IDEAS.items()
    }


def found(collection: IdeaPage, title: str) -> list[str]:
    ids = selectors.collections_near(collection.activity)
    return [idea.title for idea in selectors.similar(title, activities=ids)]


@pytest.mark.parametrize("half", ["dev", "held_out"])
def test_the_database_finds_what_the_pure_function_finds(collection, demo, half):
    actions.recount_terms(fix=True)  # the factory knows no places
    ids = selectors.collections_near(collection.activity)

    def suggest(title: str) -> list[str]:
        return [demo[idea.pk] for idea in selectors.similar(title, activities=ids)]

    figures = cases.measure(suggest, half)
    assert figures.recall >= 0.88
    assert figures.precision >= 0.86
    assert figures.false_suggestions <= 0.05


def test_only_public_ideas_on_public_pages_are_suggested(client, collection, url):
    private = make_idea_page(IdeaPage, title="Lukket", slug="lukket")
    PageViewRestriction.objects.create(page_id=private.pk, restriction_type="login")
    IdeaFactory(activity=private.activity, title="Hundeskov bag hegnet")
    for visibility in set(Visibility) - {Visibility.VISIBLE}:
        IdeaFactory(activity=collection.activity, title="Hundeskov", visibility=visibility)
    shown = IdeaFactory(activity=collection.activity, title="En skov til hunde")
    assert found(collection, "Hundeskov") == [shown.title]
    html = client.get(f"{url('similar')}?q=hundeskov").content.decode()
    assert shown.title in html
    assert "bag hegnet" not in html


def test_ideas_of_the_sites_other_collections_are_suggested_too(client, collection, url):
    other = make_idea_page(IdeaPage, title="Borgermillion", slug="borgermillion")
    idea = IdeaFactory(activity=other.activity, title="Petanquebane i parken")
    html = client.get(f"{url('similar')}?q=petanquebaner").content.decode()
    assert f"/borgermillion/{idea.reference}/" in html


@pytest.mark.parametrize("number", [0, 20, 200])
def test_the_hint_costs_the_same_however_many_ideas_there_are(collection, number):
    IdeaFactory.create_batch(number, activity=collection.activity)
    ids = selectors.collections_near(collection.activity)
    with CaptureQueriesContext(connection) as captured:
        selectors.similar("En bænk ved havnen med udsigt", activities=ids)
    assert len(captured) <= 5


def test_a_word_that_very_many_hold_hides_no_rarer_one(collection, monkeypatch):
    monkeypatch.setattr(selectors, "MOST_HOLDERS", 5)
    rare = IdeaFactory(activity=collection.activity, title="Bænk med mosaik")
    IdeaFactory.create_batch(30, activity=collection.activity, title="Bænk")
    assert found(collection, "Bænke med mosaik")[0] == rare.title


def test_a_word_that_very_many_hold_is_looked_up_among_the_newest(collection, monkeypatch):
    monkeypatch.setattr(selectors, "MOST_HOLDERS", 5)
    IdeaFactory.create_batch(30, activity=collection.activity, title="Bænk")
    assert found(collection, "Bænke") == ["Bænk"] * 5


def test_a_refined_version_can_be_found_by_its_words(collection):
    idea = IdeaFactory(activity=collection.activity, title="Noget ved søen")
    assert not found(collection, "Petanquebane")
    actions.refine(
        idea,
        title="Petanquebane ved søen",
        body="En petanquebane med belysning.",
        by=UserFactory(is_superuser=True),
        by_role="Vej og Park",
        at=timezone.now(),
    )
    assert found(collection, "Petanquebane") == [idea.title]


def test_stale_terms_are_found_and_mended(collection):
    idea = IdeaFactory(activity=collection.activity, title="Hundeskov")
    assert actions.recount_terms(fix=False) == []
    IdeaTerm.objects.all().delete()
    assert len(actions.recount_terms(fix=True)) == 1
    stored = dict(IdeaTerm.objects.filter(idea=idea).values_list("term", "weight"))
    assert stored == index_terms(idea.title, idea.body)


@pytest.mark.parametrize(
    "query", ["", "+" * 50, "ord+" * 200, "%F0%9F%99%82", "%E2%80%AEidnu", "'" * 90, "a" * 9000]
)
def test_a_hostile_query_suggests_nothing_and_fails_nowhere(client, collection, url, query):
    IdeaFactory(activity=collection.activity)
    response = client.get(f"{url('similar')}?q={query}")
    assert response.status_code == 200
    assert "noindex" in response["X-Robots-Tag"]
