"""Dates for people's own calendars, as a calendar program reads them."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from icalendar import Calendar, Event
from wagtail.models import PageViewRestriction

from tests.citizens import address
from wagtail_borgerdialog.actions import sync_activity
from wagtail_borgerdialog.contributions.models import Contribution, Visibility
from wagtail_borgerdialog.followup.models import Case, PromiseState
from wagtail_borgerdialog.pages.models import IdeaPage, ProposalPage
from wagtail_borgerdialog.testing.followup import PromiseFactory
from wagtail_borgerdialog.testing.ideas import IdeaFactory, make_idea_page
from wagtail_borgerdialog.testing.proposals import ProposalFactory, make_proposal_page

pytestmark = pytest.mark.django_db

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
# 23:59 on the day on which summer time ends: an hour later in UTC than the day before.
LAST_MINUTE = datetime.datetime(2026, 10, 25, 23, 59, tzinfo=COPENHAGEN)


def read(client: Client, url: str) -> Calendar:
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content)


def events(calendar: Calendar) -> dict[str, Event]:
    """By what their lasting name ends in, before the host."""
    return {str(event["uid"]).split("@")[0].rsplit("-", 1)[1]: event for event in calendar.events}


@pytest.fixture
def collection() -> IdeaPage:
    return make_idea_page(
        IdeaPage,
        opens_at=datetime.datetime(2026, 3, 1, 8, tzinfo=COPENHAGEN),
        closes_at=LAST_MINUTE,
        decision_date=datetime.date(2026, 12, 8),
    )


def page_calendar(page: IdeaPage) -> str:
    return address("calendar_page", page.stored_activity.pk)


def test_a_page_tells_when_it_opens_closes_and_is_decided(client, collection):
    found = events(read(client, page_calendar(collection)))
    assert set(found) == {"opens", "closes", "decided"}
    assert found["closes"]["dtstart"].dt == LAST_MINUTE
    assert found["closes"]["dtstart"].params["TZID"] == "Europe/Copenhagen"
    assert found["closes"]["dtstart"].dt.utcoffset() == datetime.timedelta(hours=1)
    assert found["opens"]["dtstart"].dt.utcoffset() == datetime.timedelta(hours=1)
    assert str(found["closes"]["url"]) == collection.full_url
    assert found["closes"]["summary"] == "Closes: Idébanken"


def test_a_day_is_a_whole_day(client, collection):
    decided = events(read(client, page_calendar(collection)))["decided"]
    assert decided["dtstart"].dt == datetime.date(2026, 12, 8)
    assert decided["dtend"].dt == datetime.date(2026, 12, 9)


def test_the_rules_of_summer_time_come_along(client, collection):
    calendar = read(client, page_calendar(collection))
    assert [str(zone["tzid"]) for zone in calendar.timezones] == ["Europe/Copenhagen"]


def test_a_date_that_moves_keeps_its_name(client, collection):
    before = events(read(client, page_calendar(collection)))["closes"]["uid"]
    collection.closes_at = LAST_MINUTE + datetime.timedelta(days=7)
    collection.save_revision().publish()
    sync_activity(collection)
    moved = events(read(client, page_calendar(collection)))["closes"]
    assert moved["uid"] == before
    assert moved["dtstart"].dt == LAST_MINUTE + datetime.timedelta(days=7)


def test_a_proposal_tells_until_when_it_can_be_supported(client):
    scheme = make_proposal_page(ProposalPage)
    proposal = ProposalFactory(activity=scheme.activity)
    found = events(read(client, address("calendar_case", proposal.reference)))
    assert found["support"]["dtstart"].dt == proposal.support_until
    assert proposal.title in found["support"]["summary"]


def test_a_case_tells_when_its_answer_is_due(client, collection):
    idea = IdeaFactory(activity=collection.activity)
    # The first instant of the next day, in Copenhagen.
    due = datetime.datetime(2026, 10, 26, 0, 0, tzinfo=COPENHAGEN)
    case = Case.objects.create(contribution=idea, due_at=due)
    url = address("calendar_case", idea.reference)
    assert events(read(client, url))["answer"]["dtstart"].dt == datetime.date(2026, 10, 25)
    case.paused_at, case.next_decision_on = due, datetime.date(2027, 2, 2)
    case.save()
    found = events(read(client, url))
    assert set(found) == {"decision"}
    assert found["decision"]["dtstart"].dt == datetime.date(2027, 2, 2)
    case.answered_at = due
    case.save()
    assert events(read(client, url)) == {}


def test_promises_stand_in_the_calendar_until_something_has_become_of_them(client, collection):
    idea = IdeaFactory(activity=collection.activity)
    promise = PromiseFactory(contribution=idea, what="Vi sætter en bænk op")
    PromiseFactory(contribution=idea, state=PromiseState.KEPT)
    for url in (address("calendar_case", idea.reference), page_calendar(collection)):
        found = events(read(client, url))
        assert [name for name in found if name.startswith("promise")] == [f"promise{promise.pk}"]
        event = found[f"promise{promise.pk}"]
        assert event["dtstart"].dt == promise.due_on
        assert event["summary"].startswith("Promised: Vi sætter en bænk op")


def test_hostile_words_start_no_line_of_their_own(client):
    scheme = make_proposal_page(ProposalPage)
    proposal = ProposalFactory(
        activity=scheme.activity, title="Hej\r\nEND:VEVENT\nATTACH:https://ond.example, \\n;x"
    )
    response = client.get(address("calendar_case", proposal.reference))
    lines = response.content.decode().replace("\r\n ", "").split("\r\n")
    assert not [line for line in lines if line.startswith("ATTACH")]
    assert lines.count("END:VEVENT") == 1
    (event,) = Calendar.from_ical(response.content).events
    assert event["summary"].endswith("Hej END:VEVENT ATTACH:https://ond.example, \\n;x")


def test_nothing_to_tell_is_a_calendar_too(client):
    page = make_idea_page(IdeaPage)
    idea = IdeaFactory(activity=page.activity)
    for url in (page_calendar(page), address("calendar_case", idea.reference)):
        assert read(client, url).events == []


@pytest.mark.parametrize("state", [state for state in Visibility if state != Visibility.VISIBLE])
def test_what_is_not_public_has_no_calendar(client, collection, state):
    idea = IdeaFactory(activity=collection.activity)
    Contribution.objects.filter(pk=idea.pk).update(visibility=state)
    assert client.get(address("calendar_case", idea.reference)).status_code == 404


def test_a_private_page_has_no_calendar(client, collection):
    idea = IdeaFactory(activity=collection.activity)
    PageViewRestriction.objects.create(
        page_id=collection.pk, restriction_type=PageViewRestriction.LOGIN
    )
    assert client.get(page_calendar(collection)).status_code == 404
    assert client.get(address("calendar_case", idea.reference)).status_code == 404


def test_an_unchanged_calendar_is_not_sent_again(client, collection):
    first = client.get(page_calendar(collection))
    known = {"If-None-Match": first["ETag"]}
    assert client.get(page_calendar(collection), headers=known).status_code == 304


def test_pages_with_dates_offer_them(client, collection):
    assert (
        page_calendar(collection).partition("/calendar/")[2]
        in client.get(collection.url).content.decode()
    )
    without = make_idea_page(IdeaPage, slug="uden", title="Uden datoer")
    assert "/calendar/" not in client.get(without.url).content.decode()
