"""Pages of a list that cost the same at the end as at the start (keyset paging).

A cursor is the sort value and primary key of the row beside the page, in the address as
``after`` or ``before``. No page counts rows; a list says how many there are from a counter, or
counts up to a cap.
"""

import dataclasses
import datetime
from collections.abc import Sequence

from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    Expression,
    F,
    Field,
    IntegerField,
    Model,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.sql.compiler import SQLCompiler

BIGGEST = 2**63 - 1


class BadCursor(ValueError):
    """The address holds a cursor that this list never gave out."""


class RowBefore(Expression):
    """``(field, pk) < (value, pk)`` as one row comparison, which a matching index answers."""

    output_field = BooleanField()
    conditional = True
    operator = "<"

    def __init__(self, field: str, value: object, pk: int) -> None:
        super().__init__()
        self.sources = [F(field), F("pk"), Value(value), Value(pk)]

    def get_source_expressions(self) -> list[Expression]:
        return self.sources

    def set_source_expressions(self, exprs: Sequence[Expression]) -> None:
        self.sources = list(exprs)

    def as_sql(self, compiler: SQLCompiler, connection: object) -> tuple[str, list[object]]:
        parts, params = [], []
        for source in self.sources:
            sql, source_params = compiler.compile(source)
            parts.append(sql)
            params.extend(source_params)
        field, pk, value, value_pk = parts
        return f"({field}, {pk}) {self.operator} ({value}, {value_pk})", params


class RowAfter(RowBefore):
    """``(field, pk) > (value, pk)``."""

    operator = ">"


class CountUpTo(Subquery):
    """How many rows a sliced queryset has; the slice is what bounds the work."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


@dataclasses.dataclass(frozen=True)
class Order:
    """A column to sort by, with the primary key as tie-break in the same direction.

    ``starts_at`` turns the list: rows from that value on come first, then the others. It makes
    an order by a stored random number differ from day to day while an index still serves it.
    """

    field: str
    descending: bool = True
    starts_at: int | None = None

    def columns(self, *, backwards: bool) -> list[str]:
        sign = "-" if self.descending != backwards else ""
        return [f"{sign}{self.field}", f"{sign}pk"]


@dataclasses.dataclass(frozen=True)
class KeysetPage:
    """One page: ``items``, and the cursors of its neighbours (empty where there is none)."""

    items: list[Model]
    next_cursor: str = ""
    previous_cursor: str = ""

    def __iter__(self):
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def has_next(self) -> bool:
        return bool(self.next_cursor)

    @property
    def has_previous(self) -> bool:
        return bool(self.previous_cursor)


def keyset_page(
    queryset: QuerySet, *, order: Order, size: int, after: str = "", before: str = ""
) -> KeysetPage:
    """``size`` rows of ``queryset`` next to a cursor, in ``order``.

    One query, or two where a turned order runs past the highest value. Raises
    :class:`BadCursor`.
    """
    backwards = bool(before)
    cursor = read_cursor(before or after, order) if (before or after) else None
    if cursor and type(cursor[0]) is not _type_of(queryset.model._meta.get_field(order.field)):
        raise BadCursor(f"not a place in a list sorted by {order.field}")
    rows = _fetch(queryset, order, cursor, backwards=backwards, limit=size + 1)
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return KeysetPage(items=[])
    has_next = bool(before) or more
    has_previous = more if backwards else bool(after)
    return KeysetPage(
        items=rows,
        next_cursor=make_cursor(rows[-1], order) if has_next else "",
        previous_cursor=make_cursor(rows[0], order) if has_previous else "",
    )


def _type_of(field: Field) -> type:
    """What a cursor of a list sorted by ``field`` holds."""
    if isinstance(field, DateTimeField):
        return datetime.datetime
    return datetime.date if isinstance(field, DateField) else int


def _fetch(
    queryset: QuerySet,
    order: Order,
    cursor: tuple[object, int] | None,
    *,
    backwards: bool,
    limit: int,
) -> list[Model]:
    ordered = queryset.order_by(*order.columns(backwards=backwards))
    before_row = order.descending != backwards
    beside = RowBefore if before_row else RowAfter
    narrowed = ordered.filter(beside(order.field, *cursor)) if cursor else ordered
    if order.starts_at is None:
        return list(narrowed[:limit])
    high = {f"{order.field}__gte": order.starts_at}
    low = {f"{order.field}__lt": order.starts_at}
    first, second = (low, high) if backwards else (high, low)
    in_second = cursor is not None and (cursor[0] < order.starts_at) != backwards
    if in_second:
        return list(narrowed.filter(**second)[:limit])
    rows = list(narrowed.filter(**first)[:limit])
    if len(rows) < limit:
        rows += ordered.filter(**second)[: limit - len(rows)]
    return rows


def make_cursor(row: Model, order: Order) -> str:
    """The address of ``row`` in a list sorted by ``order``."""
    value = getattr(row, order.field)
    if isinstance(value, datetime.datetime):
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
        return f"t{(value - epoch) // datetime.timedelta(microseconds=1)}-{row.pk}"
    if isinstance(value, datetime.date):
        return f"d{value.toordinal()}-{row.pk}"
    return f"n{value}-{row.pk}"


def read_cursor(text: str, order: Order) -> tuple[object, int]:
    """The sort value and primary key in ``text``. Raises :class:`BadCursor`."""
    kind, rest = text[:1], text[1:]
    value, dash, pk = rest.partition("-")
    if not dash or not value.isdecimal() or not pk.isdecimal() or len(rest) > 40:
        raise BadCursor(text[:40])
    number, key = int(value), int(pk)
    if number > BIGGEST or key > BIGGEST:
        raise BadCursor(text[:40])
    if kind == "n":
        return number, key
    if kind not in {"t", "d"}:
        raise BadCursor(text[:40])
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    try:
        if kind == "d":
            return datetime.date.fromordinal(number), key
        return epoch + datetime.timedelta(microseconds=number), key
    except (OverflowError, ValueError) as error:
        raise BadCursor(text[:40]) from error
