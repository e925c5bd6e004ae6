"""Fill an empty database with ideas as citizens write them, as many as wanted, quickly.

Texts are sentences of the example site's demo content in new company, so that words, districts
and categories are spread as Danish citizens spread them. The same size gives the same rows.
"""

import contextlib
import datetime
import functools
import io
import itertools
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone
from PIL import Image as PillowImage
from wagtail.images.models import Image
from wagtail.models import Locale, Page, Site
from wagtail.search.backends import get_search_backend
from wagtail.search.models import IndexEntry

from example_site.home.models import HomePage, TextPage
from wagtail_borgerdialog.contributions.models import (
    Comment,
    Contribution,
    Status,
    StatusChange,
    StatusKind,
    Support,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.ideas.models import Disclaimer, Idea, IdeaTerm
from wagtail_borgerdialog.ideas.similarity import (
    BODY_WEIGHT,
    MAX_INDEX_TERMS,
    TITLE_WEIGHT,
    index_terms,
    terms,
)
from wagtail_borgerdialog.models import Activity, Area, Category
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.people.identity import email_identity, person_keys
from wagtail_borgerdialog.people.models import Identity, Participant
from wagtail_borgerdialog.terms import Channel, VerificationLevel
from wagtail_borgerdialog.testing.ideas import DisclaimerFactory, make_idea_page

DEMO = Path(__file__).resolve().parent.parent / "example_site" / "demo"
RARE_WORD = "solsikkelaug"
COMMON_WORD = "vandrerute"
"""One idea in fifty holds it, or so many that a search shows a full page."""
VERY_COMMON_WORD = "legeplads"
"""One idea in twenty-five holds it: the words of the demo make it so."""
COMMENTS = 60
PEOPLE = 1_000
VOTERS = 200

# Out of a hundred thousand: what an idea bank of some years looks like.
STATUSES = {
    StatusKind.RECEIVED: 55_000,
    StatusKind.IN_PROCESS: 15_000,
    StatusKind.DONE: 9_000,
    StatusKind.ANSWERED: 8_000,
    StatusKind.IN_PROGRESS: 5_000,
    StatusKind.REJECTED: 4_900,
    StatusKind.ACCEPTED: 3_000,
    StatusKind.CANCELLED: 100,
}
VISIBILITIES = {
    Visibility.VISIBLE: 97,
    Visibility.PENDING: 1,
    Visibility.HIDDEN: 1,
    Visibility.WITHDRAWN: 1,
}

Row = TypeVar("Row", bound=models.Model)
Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Voter:
    """Somebody who is signed in: what their browser sends."""

    session: str
    participant: int
    person_key: str


def fill(size: int) -> None:
    """Make a site with a plain page, an idea collection of ``size`` ideas, and people."""
    chance = random.Random(size)  # noqa: S311 - rows of a benchmark are no secret
    with transaction.atomic(), _unchecked():
        call_command("borgerdialog_setup", verbosity=0, stdout=io.StringIO())
        _give_language()
        page = make_idea_page(IdeaPage, show_in_menus=True)
        _plain_pages(linked=page)
        people = _participants(PEOPLE, prefix="person")
        ideas = _ideas(size, Activity.objects.get(page_id=page.pk), people, chance=chance)
        _around(ideas, people, chance=chance)
        _voters()
    places, idea = _places(), ideas[0]
    assert _terms(idea, places) == index_terms(idea.title, idea.body, places=places)
    _index(ideas)
    with connection.cursor() as cursor:
        # As the server itself does soon after so many rows have come.
        cursor.execute("VACUUM ANALYZE")


@contextlib.contextmanager
def _unchecked() -> Iterator[None]:
    """Foreign keys are right by construction; checking a million takes as long as writing them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")
    yield


def _give_language() -> None:
    """Wagtail's first migration makes an English site; this one is Danish."""
    locale = Locale.objects.get_or_create(language_code="da")[0]
    site = Site.objects.get(is_default_site=True)
    top = Page.objects.get(depth=1)
    Page.objects.update(locale=locale)
    home = top.add_child(instance=HomePage(title="Forside", slug="forside", locale=locale))
    site.root_page_id = home.pk
    site.hostname, site.site_name = "localhost", "Vestersø Kommune"
    site.save()


def _plain_pages(*, linked: IdeaPage) -> None:
    """Two ordinary pages of a municipality, in the site's own template.

    Both have headings, paragraphs and lists; one also what most such pages have, a picture and a
    link to another page that was chosen in the editor.
    """
    home = Site.objects.get(is_default_site=True).root_page.specific
    sentences = _sentences()
    words, rich = [], []
    for number in range(4):
        part = sentences[number * 24 : (number + 1) * 24]
        lines = "".join(f"<li>{line}</li>" for line in part[19:22])
        link = f'<a linktype="page" id="{linked.pk}">{linked.title}</a>'
        words.append(("heading", part[0][:60]))
        words += [("paragraph", f"<p>{' '.join(part[n : n + 6])}</p>") for n in (1, 7, 13)]
        rich += words[-4:]
        words.append(("paragraph", f"<ul>{lines}</ul>"))
        rich.append(("paragraph", f"<ul>{lines}{'' if number else f'<li>{link}</li>'}</ul>"))
    picture = {"image": _picture().pk, "alt_text": "Havnen en sommerdag", "decorative": False}
    rich.insert(1, ("image", picture))
    for slug, body in (("om", rich), ("tekst", words)):
        blocks = [{"type": kind, "value": value} for kind, value in body]
        page = TextPage(
            title="Om kommunen",
            slug=slug,
            intro=sentences[-1],
            body=json.dumps(blocks),
            locale=home.locale,
            show_in_menus=slug == "om",
        )
        home.add_child(instance=page)


def _picture() -> Image:
    buffer = io.BytesIO()
    PillowImage.effect_noise((640, 400), 60).save(buffer, "JPEG")
    file = ContentFile(buffer.getvalue(), "havn.jpg")
    return Image.objects.create(title="Havnen", file=file)


def _participants(count: int, *, prefix: str) -> list[Participant]:
    emails = [f"{prefix}{number}@example.dk" for number in range(count)]
    # Rows that one address after another would ask for: one query an address.
    made = [
        Participant(
            name=f"Asta Prøve{number}",
            email=email,
            person_key=person_keys(f"email:{email}")[0],
            level=VerificationLevel.ACCOUNT,
            language="da",
            created_at=timezone.now(),
        )
        for number, email in enumerate(emails)
    ]
    assert made[0].person_key == person_keys(email_identity(emails[0]))[0]
    Participant.objects.bulk_create(made)
    Identity.objects.bulk_create(Identity(participant=p, key=p.person_key) for p in made)
    return made


def _demo() -> list[dict[str, str]]:
    names = ("ideas_idebanken.json", "ideas_borgermillionen.json")
    return [row for name in names for row in json.loads((DEMO / name).read_text("utf-8"))]


@functools.cache
def _sentences() -> list[str]:
    text = [sentence for row in _demo() for sentence in row["body"].split(". ")]
    return [f"{sentence.rstrip('.').strip()}." for sentence in dict.fromkeys(text) if sentence]


def _taxonomy() -> tuple[list[Area], list[Category]]:
    site = json.loads((DEMO / "site.json").read_text("utf-8"))
    areas = [
        Area(name=row["name"], slug=row["slug"], boundary=row["boundary"]) for row in site["areas"]
    ]
    locale = Locale.objects.get(language_code="da")
    subjects = [Category(name=c["name"], slug=c["slug"], locale=locale) for c in site["categories"]]
    return Area.objects.bulk_create(areas), Category.objects.bulk_create(subjects)


def _drawn(weights: dict[Choice, int], count: int, chance: random.Random) -> list[Choice]:
    return chance.choices(list(weights), weights=list(weights.values()), k=count)


def _ideas(
    size: int, activity: Activity, people: Sequence[Participant], *, chance: random.Random
) -> list[Idea]:
    """The ideas, oldest first; the newest is in status "received" and visible."""
    areas, subjects = _taxonomy()
    statuses = {kind: Status.objects.of_kind(kind) for kind in STATUSES}
    titles, sentences = [row["title"] for row in _demo()], _sentences()
    disclaimer: Disclaimer = DisclaimerFactory()
    now = timezone.now()
    kinds = [*_drawn(STATUSES, size - 1, chance), StatusKind.RECEIVED]
    seen = [*_drawn(VISIBILITIES, size - 1, chance), Visibility.VISIBLE]
    minutes = sorted((chance.randrange(4 * 365 * 24 * 60) for _ in range(size)), reverse=True)
    rare = set(range(5, size, max(size // 3, 1)))
    common = set(range(2, size, min(50, max(size // 30, 1))))
    made = []
    for number in range(size):
        sent = now - datetime.timedelta(minutes=minutes[number])
        person = people[chance.randrange(len(people))]
        texts = chance.sample(sentences, chance.randint(2, 9))
        if number in rare:
            texts.append(f"Vi har et {RARE_WORD} i forvejen.")
        if number in common:
            texts.append(f"Der går en {COMMON_WORD} i nærheden.")
        made.append(
            Idea(
                id=number + 1,
                contribution_ptr_id=number + 1,
                activity=activity,
                site_id=activity.site_id,
                reference=f"{sent.year}-{number + 1:05d}",
                title=chance.choice(titles)[:140],
                body=" ".join(texts),
                participant=person,
                public_name=person.name.split()[0],
                area=chance.choice([*areas, None]),
                category=chance.choice([*subjects, None]),
                language="da",
                visibility=seen[number],
                status=statuses[kinds[number]],
                random_key=chance.randrange(2**31),
                submitted_at=sent,
                published_at=None if seen[number] == Visibility.PENDING else sent,
                updated_at=sent,
                disclaimer=disclaimer,
            )
        )
    public = seen.count(Visibility.VISIBLE)
    Activity.objects.filter(pk=activity.pk).update(contribution_count=public)
    return made


def _around(ideas: Sequence[Idea], people: Sequence[Participant], *, chance: random.Random) -> None:
    """Supports (most ideas have none), comments, the log, and the terms of similarity."""
    # Looked up first: while rows are copied in, the connection answers nothing else.
    received, places = Status.objects.of_kind(StatusKind.RECEIVED).pk, _places()
    first = []
    for idea in ideas:
        count = 0 if chance.random() < 0.6 else min(int(chance.paretovariate(0.9)), PEOPLE // 2)
        idea.support_count = count
        first.append(chance.randrange(PEOPLE))
        few = chance.choice([0, 0, 0, 0, 0, 0, 1, 1, 2, 3])
        idea.comment_count = COMMENTS if idea is ideas[-1] else few
    _copy_all(Contribution, ideas)
    _copy_all(Idea, ideas)
    supporters = (
        (idea, people[(start + n) % PEOPLE])
        for idea, start in zip(ideas, first, strict=True)
        for n in range(idea.support_count)
    )
    _copy(
        Support,
        "contribution_id participant_id person_key status channel verification_level evidence "
        "batch created_at confirmed_at",
        (
            (
                idea.pk,
                person.pk,
                person.person_key,
                SupportStatus.CONFIRMED.value,
                Channel.WEB.value,
                person.level.value,
                "",
                "",
                idea.submitted_at,
                idea.submitted_at,
            )
            for idea, person in supporters
        ),
    )
    _copy_all(Comment, _comments(ideas, people))
    _copy(
        StatusChange,
        "contribution_id from_status_id to_status_id by_role note at",
        (step for idea in ideas for step in _log(idea, received)),
    )
    _copy(
        IdeaTerm,
        "idea_id activity_id term weight",
        (
            (idea.pk, idea.activity_id, term, weight)
            for idea in ideas
            for term, weight in _terms(idea, places).items()
        ),
    )


def _comments(ideas: Sequence[Idea], people: Sequence[Participant]) -> list[Comment]:
    comments = [
        _comment(idea, people[number], number=number)
        for idea in ideas
        for number in range(idea.comment_count)
    ]
    for number, comment in enumerate(comments, start=1):
        comment.id = number
    # A quarter are replies to the one before them.
    for before, comment in itertools.pairwise(comments[-COMMENTS:]):
        if before.id % 4 == 0:
            comment.parent_id = before.id
    return comments


def _comment(idea: Idea, person: Participant, *, number: int) -> Comment:
    sent = idea.submitted_at + datetime.timedelta(minutes=number)
    return Comment(
        contribution_id=idea.pk,
        participant=person,
        public_name=person.name,
        body=" ".join(_sentences()[number : number + 3]),
        language="da",
        visibility=Visibility.VISIBLE,
        created_at=sent,
        published_at=sent,
    )


def _log(idea: Idea, received: int) -> Iterator[tuple[object, ...]]:
    yield idea.pk, None, received, "Borgerservice", "", idea.submitted_at
    if idea.status_id != received:
        later = idea.submitted_at + datetime.timedelta(days=30)
        yield idea.pk, received, idea.status_id, "Borgerservice", "", later


def _places() -> tuple[str, ...]:
    return tuple(Area.objects.values_list("name", flat=True))


def _terms(idea: Idea, places: tuple[str, ...]) -> dict[str, float]:
    """What ``index_terms`` says, from sentences that are each looked at once."""
    found = dict.fromkeys(_terms_of(idea.title, places), TITLE_WEIGHT)
    for sentence in re.split(r"(?<=\.) ", idea.body):
        for term in _terms_of(sentence, places):
            found.setdefault(term, BODY_WEIGHT)
    return dict(list(found.items())[:MAX_INDEX_TERMS])


@functools.cache
def _terms_of(text: str, places: tuple[str, ...]) -> list[str]:
    return list(terms(text, places=places))


def _voters() -> None:
    """People with an account and an open session; ``voters`` reads them back."""
    user_class = get_user_model()
    users = user_class.objects.bulk_create(
        user_class(username=f"voter{n}", email=f"voter{n}@example.dk", password="!")
        for n in range(VOTERS)
    )
    participants = _participants(VOTERS, prefix="voter")
    for user, participant in zip(users, participants, strict=True):
        participant.user_id = user.pk
    Participant.objects.bulk_update(participants, ["user"])
    for user in users:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["voter"] = user.username
        session.create()


def voters() -> list[Voter]:
    """Everybody with an open session."""
    by_user = {p.user_id: p for p in Participant.objects.filter(user__isnull=False)}
    found = []
    for row in Session.objects.all():
        person = by_user[int(row.get_decoded()[SESSION_KEY])]
        found.append(Voter(row.session_key, person.pk, person.person_key))
    return sorted(found, key=lambda voter: voter.participant)


def _copy_all(model: type[Row], rows: Iterable[Row]) -> None:
    """Write instances; those of a child of another table write only their own part."""
    fields = model._meta.local_concrete_fields
    _copy(
        model,
        " ".join(field.attname for field in fields),
        (
            [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
            for row in rows
        ),
    )


def _copy(model: type[Row], columns: str, rows: Iterable[Sequence[object]]) -> None:
    """Write rows through PostgreSQL's COPY: ``bulk_create`` would take minutes."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in columns.split())
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN") as out:
            for row in rows:
                out.write_row(row)
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def _index(ideas: Sequence[Idea]) -> None:
    """The rows of Wagtail's search index: some by Wagtail, and the others as it makes them."""
    kind = ContentType.objects.get_for_model(Idea).pk
    by_wagtail = ideas[:20]
    get_search_backend().get_index_for_model(Idea).add_items(Idea, by_wagtail)
    entries, ours = (
        connection.ops.quote_name(model._meta.db_table) for model in (IndexEntry, Contribution)
    )
    # The weights are Wagtail's for a boost of 2 and for none; the check below knows.
    select = f"""
        SELECT {kind} AS content_type_id,
               id::text AS object_id,
               setweight(to_tsvector('danish', title), 'B') AS title,
               to_tsvector('simple', title) AS autocomplete,
               setweight(to_tsvector('danish', body), 'D')
                   || setweight(to_tsvector('danish', reference), 'D') AS body,
               1.0 AS title_norm, title AS title_text, body || ' ' || reference AS body_text
        FROM {ours}"""  # noqa: S608
    same = "title, autocomplete, body, title_text, body_text"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {same} FROM {entries} WHERE content_type_id = {kind} "  # noqa: S608
            f"EXCEPT SELECT {same} FROM ({select}) made"
        )
        assert not cursor.fetchall(), "Wagtail fills its index in another way than we do"
        cursor.execute(
            f"INSERT INTO {entries} (content_type_id, object_id, title, autocomplete, body, "
            f"title_norm, title_text, body_text) {select} WHERE id > {len(by_wagtail)}"
        )
