"""What is asked for: each case makes one request after another."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from bench._data import COMMON_WORD, RARE_WORD, VERY_COMMON_WORD, voters
from bench._worker import new_token
from wagtail_borgerdialog.contributions.actions import support
from wagtail_borgerdialog.contributions.listing import RANDOM, SUPPORTED
from wagtail_borgerdialog.contributions.models import Contribution, StatusKind, Support
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.paging import Order, make_cursor
from wagtail_borgerdialog.people.eligibility import Person
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.terms import VerificationLevel

if TYPE_CHECKING:
    from bench._worker import Worker

Case = Callable[[], dict[str, object]]
RARE_GROUP, COMMON_GROUP = "carried_out", "open"


def cases(worker: Worker) -> dict[str, Case]:
    """The cases by name, for the one idea collection in the database."""
    activity = Activity.objects.select_related("page").get()
    page = activity.page.specific
    url = page.get_url()
    with translation.override(page.locale.language_code):
        similar = f"{url}{page.reverse_subpage('similar')}"
    public = Contribution.objects.in_activity(activity).visible()
    newest = public.newest()
    far = newest[public.count() * 9 // 10]
    asked = {
        "plain page": (reverse("wagtail_serve", args=["om/"]), {}),
        "page of text alone": (reverse("wagtail_serve", args=["tekst/"]), {}),
        "list, first": (url, {}),
        "list, deep": (url, {"after": make_cursor(far, Order("published_at"))}),
        "list, most supported": (url, {"sort": SUPPORTED}),
        "list, random": (url, {"sort": RANDOM}),
        "list, one district": (url, {"area": public.exclude(area=None)[0].area.slug}),
        "list, one category": (url, {"category": public.exclude(category=None)[0].category.slug}),
        "list, common status": (url, {"status": COMMON_GROUP}),
        "list, rarer status": (url, {"status": RARE_GROUP}),
        "search, rare word": (url, {"q": RARE_WORD}),
        "search, common word": (url, {"q": COMMON_WORD}),
        "search, in 4 % of all": (url, {"q": VERY_COMMON_WORD}),
        "idea, 60 comments": (f"{url}{newest[0].reference}/", {}),
        "similar ideas": (similar, {"q": "Ny legeplads med gynger ved havnen"}),
    }
    made: dict[str, Case] = {
        name: lambda path=path, params=params: worker.get(path, **params)
        for name, (path, params) in asked.items()
    }
    made["support"] = _supports(worker, activity)
    return made


def _supports(worker: Worker, activity: Activity) -> Case:
    """Each signed-in person supports one idea after another, never the same twice."""
    open_for_support = Contribution.objects.in_activity(activity).visible()
    open_for_support = open_for_support.filter(status__kind=StatusKind.RECEIVED)
    references = list(open_for_support.newest().values_list("reference", flat=True)[:200])
    pairs = itertools.product(references, voters())

    def ask() -> dict[str, object]:
        reference, voter = next(pairs)
        token = new_token()
        return worker.request(
            "POST",
            reverse("borgerdialog:support", args=[reference]),
            form={"csrfmiddlewaretoken": token},
            cookies={
                settings.SESSION_COOKIE_NAME: voter.session,
                settings.CSRF_COOKIE_NAME: token,
            },
        )

    return ask


def stored_supports(times: int) -> Callable[[int], None]:
    """What a support costs without a request around it: the rule, the row, the counter, the signal.

    The last people support the oldest ideas, where no request of ``_supports`` has been.
    """
    received = Contribution.objects.visible().filter(status__kind=StatusKind.RECEIVED)
    ideas = list(received.select_related("activity", "site", "status").order_by("pk")[:20])
    people = Participant.objects.in_bulk([voter.participant for voter in voters()])
    persons = [
        Person(participant=people[voter.participant], level=VerificationLevel.ACCOUNT)
        for voter in reversed(voters())
    ]
    done = Support.objects.filter(contribution__in=ideas).values_list("contribution", "participant")
    taken = set(done)
    pairs = [
        (idea, person)
        for person in persons
        for idea in ideas
        if (idea.pk, person.participant.pk) not in taken
    ][:times]

    def store(number: int) -> None:
        idea, person = pairs[number]
        assert support(idea, by=person, at=timezone.now())

    return store


@contextmanager
def bare_inserts(times: int) -> Iterator[tuple[Callable[[int], None], int]]:
    """Write ``times`` supports with nothing but the driver; they are gone afterwards.

    Yields a function that writes the row of a number, and the server's process.
    """
    idea = Contribution.objects.order_by("pk")[0]
    person = voters()[0]
    now = timezone.now()
    row = Support(
        contribution=idea,
        participant_id=person.participant,
        status="confirmed",
        verification_level="account",
        created_at=now,
        confirmed_at=now,
    )
    fields = [field for field in Support._meta.local_concrete_fields if not field.primary_key]
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    place = [field.attname for field in fields].index("person_key")
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(Support._meta.db_table)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608
    bare = connection.copy()
    bare.ensure_connection()
    raw = bare.connection

    def insert(number: int) -> None:
        values[place] = f"bare-{number}"
        with raw.cursor() as cursor:
            cursor.execute(statement, values)

    try:
        yield insert, raw.info.backend_pid
    finally:
        bare.close()
        Support.objects.filter(person_key__startswith="bare-").delete()
