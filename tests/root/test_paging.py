"""Every row once, in order, forwards and backwards, whatever ties there are."""

import datetime

import pytest
from wagtail.models import Page

from wagtail_borgerdialog.models import Area
from wagtail_borgerdialog.paging import BadCursor, Order, keyset_page, make_cursor, read_cursor

pytestmark = pytest.mark.django_db


def walk(queryset, order, size):
    pages = [keyset_page(queryset, order=order, size=size)]
    while pages[-1].has_next:
        pages.append(keyset_page(queryset, order=order, size=size, after=pages[-1].next_cursor))
    return pages


def walk_back(queryset, order, size, last):
    pages = [last]
    while pages[0].has_previous:
        cursor = pages[0].previous_cursor
        pages.insert(0, keyset_page(queryset, order=order, size=size, before=cursor))
    return pages


ORDERS = [
    Order("order"),
    Order("order", descending=False),
    Order("order", descending=False, starts_at=2),
    Order("order", descending=False, starts_at=0),
    Order("order", descending=False, starts_at=99),
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("count", [0, 1, 4, 5, 23])
def test_every_row_is_met_once_in_order_and_the_way_back_is_the_same(order, count):
    for number in range(count):
        Area.objects.create(name=f"A{number}", slug=f"a{number}", order=number % 4)

    pages = walk(Area.objects.all(), order, size=4)

    sign = -1 if order.descending else 1
    expected = sorted(Area.objects.all(), key=lambda a: (sign * a.order, sign * a.pk))
    if order.starts_at is not None:
        expected.sort(key=lambda a: a.order < order.starts_at)
    assert [row.pk for page in pages for row in page] == [row.pk for row in expected]
    assert not pages[0].has_previous
    back = walk_back(Area.objects.all(), order, 4, pages[-1])
    assert [[r.pk for r in p] for p in back][1:] == [[r.pk for r in p] for p in pages][1:]
    assert {r.pk for p in back for r in p} == {r.pk for r in expected}


def test_instants_survive_the_cursor_to_the_microsecond():
    page = Page.objects.first()
    page.first_published_at = datetime.datetime(2026, 10, 25, 0, 30, 0, 1, tzinfo=datetime.UTC)

    order = Order("first_published_at")
    value, pk = read_cursor(make_cursor(page, order), order)

    assert (value, pk) == (page.first_published_at, page.pk)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "n1",
        "n1-",
        "n-1",
        "n1-1e3",
        "n" + "9" * 30 + "-1",
        "t" + "9" * 19 + "-1",
        "ñ٣-٣",
        "q1-1",
    ],
)
def test_a_cursor_that_was_never_given_out_is_refused(text):
    with pytest.raises(BadCursor):
        read_cursor(text, Order("order"))


@pytest.mark.parametrize("cursor", ["t1-1", "t999999999999-1"])
def test_a_cursor_of_a_list_sorted_otherwise_is_refused(cursor):
    with pytest.raises(BadCursor):
        keyset_page(Area.objects.all(), order=Order("order"), size=2, after=cursor)


def test_a_page_costs_one_query(django_assert_num_queries):
    for number in range(30):
        Area.objects.create(name=f"A{number}", slug=f"a{number}", order=number)
    order = Order("order")
    first = keyset_page(Area.objects.all(), order=order, size=10)

    with django_assert_num_queries(1):
        keyset_page(Area.objects.all(), order=order, size=10, after=first.next_cursor)
