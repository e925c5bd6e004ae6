"""Which district a point lies in, without GeoDjango."""

from django.utils.translation import gettext as _
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Point, Polygon, shape
from shapely.ops import unary_union


def shape_of(boundary: object) -> Polygon | MultiPolygon:
    """The area that GeoJSON ``boundary`` (RFC 7946; degrees, longitude first) describes.

    A Polygon, a MultiPolygon, a Feature of one, or a FeatureCollection of such, which is what map
    programs save. Raises ``ValueError``, in words for whoever pasted it.
    """
    polygons = [_polygon(geometry) for geometry in _geometries(boundary)]
    if not polygons:
        raise ValueError(_("It holds no area."))
    return polygons[0] if len(polygons) == 1 else unary_union(polygons)


def _geometries(boundary: object) -> list[object]:
    kind = boundary.get("type") if isinstance(boundary, dict) else None
    if kind == "FeatureCollection":
        features = boundary.get("features")
        features = features if isinstance(features, list) else []
        return [one.get("geometry") for one in features if isinstance(one, dict)]
    return [boundary.get("geometry") if kind == "Feature" else boundary]


def _polygon(geometry: object) -> Polygon | MultiPolygon:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in {"Polygon", "MultiPolygon"}:
        raise ValueError(_("It has to be a Polygon or a MultiPolygon."))
    try:
        polygon = shape(geometry)
    except (ShapelyError, TypeError, KeyError, IndexError, ValueError) as error:
        raise ValueError(_("Its coordinates cannot be read.")) from error
    if polygon.is_empty:
        raise ValueError(_("It holds no area."))
    west, south, east, north = polygon.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(_("Its coordinates have to be degrees, longitude first."))
    if not polygon.is_valid:
        raise ValueError(_("Its border crosses itself."))
    return polygon


def contains(boundary: object, *, latitude: float, longitude: float) -> bool:
    """Whether the point (degrees) lies in or on the edge of ``boundary``."""
    return shape_of(boundary).covers(Point(longitude, latitude))
