"""The public list of every promise, and the block that shows some of them."""

import datetime

import pytest
from django.test import RequestFactory
from wagtail.models import PageViewRestriction

from tests.ideas.conftest import our_layout  # noqa: F401
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.followup.blocks import PromisesBlock
from wagtail_borgerdialog.followup.models import PromiseState
from wagtail_borgerdialog.pages.models import IdeaPage, PromisesPage
from wagtail_borgerdialog.testing.factories import AreaFactory, default_site
from wagtail_borgerdialog.testing.followup import PromiseFactory, UnitFactory
from wagtail_borgerdialog.testing.ideas import IdeaFactory, make_idea_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger():
    home = default_site().root_page.specific
    page = home.add_child(
        instance=PromisesPage(title="Det har vi lovet", slug="loefter", locale=home.locale)
    )
    page.save_revision().publish()
    return page


@pytest.fixture
def collection():
    return make_idea_page(IdeaPage)


def promise(collection, **values):
    idea = {name: values.pop(name) for name in ("visibility", "area", "title") if name in values}
    return PromiseFactory(contribution=IdeaFactory(activity=collection.activity, **idea), **values)


def read(client, ledger, query=""):
    response = client.get(f"{ledger.get_url()}{query}")
    assert response.status_code == 200
    return response.content.decode()


def shown(client, ledger, query=""):
    return [p.what for p in client.get(f"{ledger.get_url()}{query}").context["promises"]]


def test_what_is_open_comes_first_and_oldest_first(client, ledger, collection):
    promise(collection, what="Senere", days_left=40)
    promise(collection, what="For sent", days_left=-5)
    promise(collection, what="Snart", days_left=3)
    promise(collection, what="Holdt", state=PromiseState.KEPT)
    assert shown(client, ledger) == ["For sent", "Snart", "Senere"]
    assert "Det er forsinket." in read(client, ledger)


@pytest.mark.parametrize(
    ("state", "number"), [("open", 2), ("late", 1), ("kept", 1), ("broken", 1), ("all", 5)]
)
def test_each_state_says_how_many_and_shows_them(client, ledger, collection, state, number):
    promise(collection, days_left=-5)
    promise(collection)
    for settled in (PromiseState.KEPT, PromiseState.BROKEN, PromiseState.DROPPED):
        promise(collection, state=settled)
    response = client.get(f"{ledger.get_url()}?state={state}")
    assert response.context["ledger"].counts[state] == number
    assert len(response.context["promises"]) == number


def test_a_district_and_a_page_narrow_the_list(client, ledger, collection):
    harbour = AreaFactory(name="Havnen", slug="havnen")
    other = make_idea_page(IdeaPage, title="Andre", slug="andre")
    promise(collection, what="Ved havnen", area=harbour)
    promise(collection, what="Midtbyen")
    promise(other, what="Et andet sted")
    assert shown(client, ledger, "?area=havnen") == ["Ved havnen"]
    assert shown(client, ledger, f"?page={other.activity.pk}") == ["Et andet sted"]
    assert len(shown(client, ledger, "?area=findes-ikke&page=x&state=x&after=%27")) == 3


def test_a_promise_about_a_whole_page_leads_to_it(client, ledger, collection):
    PromiseFactory(contribution=None, activity=collection.activity, what="Vi holder et møde")
    page = read(client, ledger)
    assert "Vi holder et møde" in page
    assert f'href="{collection.get_url()}"' in page


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.WITHDRAWN])
def test_what_is_promised_about_a_hidden_text_does_not_show(client, ledger, collection, visibility):
    promise(collection, what="Hemmeligt", visibility=visibility, title="Skjult titel")
    page = read(client, ledger, "?state=all")
    assert "Hemmeligt" not in page
    assert "Skjult titel" not in page


def test_what_is_promised_on_a_private_page_does_not_show(client, ledger, collection):
    promise(collection, what="Hemmeligt")
    PageViewRestriction.objects.create(page=collection, restriction_type="login")
    page = read(client, ledger, "?state=all")
    assert "Hemmeligt" not in page
    assert collection.title not in page.split("<main")[-1]


def test_what_is_promised_on_an_unpublished_page_does_not_show(client, ledger, collection):
    promise(collection, what="Hemmeligt")
    collection.unpublish()
    assert "Hemmeligt" not in read(client, ledger, "?state=all")


def test_one_turns_the_pages_both_ways(client, ledger, collection):
    for days in range(25):
        promise(collection, what=f"Løfte {days:02}", days_left=days)
    first = client.get(ledger.get_url())
    assert [p.what for p in first.context["promises"]] == [f"Løfte {n:02}" for n in range(20)]
    second = client.get(f"{ledger.get_url()}{first.context['next_url'].partition('#')[0]}")
    assert [p.what for p in second.context["promises"]] == [f"Løfte {n}" for n in range(20, 25)]
    back = client.get(f"{ledger.get_url()}{second.context['previous_url'].partition('#')[0]}")
    assert back.context["promises"] == first.context["promises"]


@pytest.mark.usefixtures("our_layout")
def test_the_ledger_costs_the_same_for_0_20_and_200(
    client, ledger, collection, django_assert_max_num_queries
):
    costs = []
    for number in (0, 20, 180):
        for n in range(number):
            promise(
                collection,
                area=AreaFactory() if n < 5 else None,
                unit=UnitFactory() if n < 5 else None,
                days_left=n - 10,
            )
        client.get(ledger.get_url())
        with django_assert_max_num_queries(10) as queries:
            client.get(ledger.get_url())
        costs.append(len(queries))
    assert costs[0] <= costs[1] == costs[2]


def test_the_ledger_sets_no_cookie(client, ledger):
    response = client.get(ledger.get_url())
    assert not response.cookies
    assert "style=" not in response.content.decode()


def test_a_block_shows_promises_on_any_page(ledger, collection):
    promise(collection, what="Snart", days_left=3)
    promise(collection, what="Skjult", visibility=Visibility.HIDDEN)
    promise(collection, what="Holdt", state=PromiseState.KEPT)
    block = PromisesBlock()
    value = block.to_python(
        {"heading": "Vi har lovet", "state": "open", "number": 5, "page": ledger.pk}
    )
    request = RequestFactory().get("/", HTTP_HOST="localhost")
    html = block.render(value, context={"request": request})
    assert "Snart" in html
    assert "Skjult" not in html
    assert "Holdt" not in html
    assert ledger.get_url() in html


def test_a_promise_says_its_day_in_words(client, ledger, collection):
    promise(collection, due_on=datetime.date(2031, 3, 12), what="Om længe")
    assert "onsdag den 12. marts 2031" in read(client, ledger)
