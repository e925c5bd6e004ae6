"""Districts: their borders as an editor pastes them, and the district that a point lies in."""

import json

import pytest
from django.urls import reverse

from tests.citizens import hidden
from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.models import Area
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.testing.factories import AreaFactory
from wagtail_borgerdialog.testing.ideas import make_idea_page

pytestmark = pytest.mark.django_db

RING = [[8.0, 56.0], [8.2, 56.0], [8.2, 56.2], [8.0, 56.2], [8.0, 56.0]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}
ISLAND = {"type": "Polygon", "coordinates": [[[9, 55], [9.1, 55], [9.1, 55.1], [9, 55]]]}


def feature(geometry: object) -> dict[str, object]:
    return {"type": "Feature", "properties": {"navn": "Klitborg"}, "geometry": geometry}


ACCEPTED = {
    "polygon": POLYGON,
    "several": {
        "type": "MultiPolygon",
        "coordinates": [POLYGON["coordinates"], ISLAND["coordinates"]],
    },
    "feature": feature(POLYGON),
    "collection": {"type": "FeatureCollection", "features": [feature(POLYGON)]},
    "collection of parts": {
        "type": "FeatureCollection",
        "features": [feature(POLYGON), feature(ISLAND)],
    },
}
IN_METRES = [[[449000, 6200000], [450000, 6200000], [450000, 6201000], [449000, 6200000]]]
REFUSED = {
    "a point": {"type": "Point", "coordinates": [8, 56]},
    "metres": {"type": "Polygon", "coordinates": IN_METRES},
    "crossing itself": {
        "type": "Polygon",
        "coordinates": [[[8, 56], [9, 57], [9, 56], [8, 57], [8, 56]]],
    },
    "empty": {"type": "Polygon", "coordinates": []},
    "words": {"type": "Polygon", "coordinates": "her"},
    "no features": {"type": "FeatureCollection", "features": []},
    "a road": {
        "type": "FeatureCollection",
        "features": [feature({"type": "LineString", "coordinates": RING})],
    },
    "false features": {"type": "FeatureCollection", "features": "alle"},
    "a list": [1, 2, 3],
    "a number": 7,
}


@pytest.mark.parametrize("boundary", ACCEPTED.values(), ids=ACCEPTED)
def test_a_point_finds_the_district_around_it(boundary):
    AreaFactory(name="Uden grænse", order=0)
    here = AreaFactory(name="Klitborg", boundary=boundary, order=1)
    here.full_clean()
    find = get_adapter().find_area
    assert find(latitude=56.1, longitude=8.1) == here
    assert find(latitude=56.0, longitude=8.0) == here
    assert find(latitude=56.1, longitude=8.3) is None


@pytest.mark.parametrize("boundary", REFUSED.values(), ids=REFUSED)
def test_what_is_no_border_in_degrees_is_refused_beside_the_field(admin_client, boundary):
    url = reverse("wagtailsnippets_borgerdialog_area:add")
    data = {"name": "Klitborg", "slug": "klitborg", "order": 0, "boundary": json.dumps(boundary)}
    response = admin_client.post(url, data)
    errors = response.context["form"].errors
    assert list(errors) == ["boundary"]
    assert str(errors["boundary"][0]).startswith("Dette er ikke et område i GeoJSON. ")
    assert not Area.objects.exists()


def test_an_editor_pastes_the_border_that_a_map_program_saves(admin_client):
    url = reverse("wagtailsnippets_borgerdialog_area:add")
    pasted = json.dumps(ACCEPTED["collection"])
    admin_client.post(url, {"name": "Klitborg", "slug": "klitborg", "order": 0, "boundary": pasted})
    assert get_adapter().find_area(latitude=56.1, longitude=8.1).name == "Klitborg"


def test_a_point_that_a_device_adds_names_the_district_and_a_choice_goes_before_it(client):
    page = make_idea_page(IdeaPage, submit_level="none")
    AreaFactory(name="Uden grænse")
    here = AreaFactory(name="Klitborg", boundary=POLYGON)
    chosen = AreaFactory(name="Åkilde", slug="aakilde")
    url = f"{page.get_url()}new/"
    for area in ("", "aakilde"):
        typed = {"title": f"Bænk {area}", "body": "Ved søen.", "language": "da", "area": area}
        typed |= {"name_display": "anonymous", "latitude": "56.1", "longitude": "8.1"}
        check = client.post(url, {**hidden(client.get(url)), **typed, "step": "check"})
        client.post(url, {**hidden(check), "accepted": "on", "step": "send"})
    assert [idea.area for idea in Idea.objects.order_by("pk")] == [here, chosen]
