"""Which district a point lies in, without GeoDjango."""

from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Point, Polygon, shape


def shape_of(boundary: object) -> Polygon | MultiPolygon:
    """The polygon that GeoJSON ``boundary`` (RFC 7946; degrees, longitude first) describes.

    Raises ``ValueError`` when it is no valid Polygon, MultiPolygon or Feature of one.
    """
    if isinstance(boundary, dict) and boundary.get("type") == "Feature":
        boundary = boundary.get("geometry")
    if not isinstance(boundary, dict) or boundary.get("type") not in {"Polygon", "MultiPolygon"}:
        raise ValueError("expected a Polygon or a MultiPolygon")
    try:
        polygon = shape(boundary)
    except (ShapelyError, TypeError, KeyError, IndexError, ValueError) as error:
        raise ValueError(str(error)) from error
    west, south, east, north = polygon.bounds if not polygon.is_empty else (999, 0, 0, 0)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("coordinates must be degrees, longitude first")
    if not polygon.is_valid:
        raise ValueError("the polygon crosses itself")
    return polygon


def contains(boundary: object, *, latitude: float, longitude: float) -> bool:
    """Whether the point (degrees) lies in or on the edge of ``boundary``."""
    return shape_of(boundary).covers(Point(longitude, latitude))
