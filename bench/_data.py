"""Fill an empty database with ideas as citizens write them, as many as wanted, quickly.

Texts are sentences of the example site's demo content in new company, so that words, districts
and categories are spread as Danish citizens spread them. The same size gives the same rows.
"""

import datetime
import functools
import itertools
import json
import random
from collections.abc import Iterable, Sequence
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
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Site
from wagtail.search.backends import get_search_backend

from example_site.home.models import HomePage
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
from wagtail_borgerdialog.ideas.similarity import index_terms
from wagtail_borgerdialog.models import Activity, Area, Category
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.people.identity import email_identity, person_keys
from wagtail_borgerdialog.people.models import Identity, Participant
from wagtail_borgerdialog.terms import VerificationLevel
from wagtail_borgerdialog.testing.ideas import DisclaimerFactory, make_idea_page

DEMO = Path(__file__).resolve().parent.parent / "example_site" / "demo"
RARE_WORD = "solsikkelaug"
COMMON_WORD = "legeplads"
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
    with transaction.atomic():
        call_command("borgerdialog_setup", verbosity=0)
        _give_language()
        page = make_idea_page(IdeaPage)
        _plain_page()
        people = _participants(PEOPLE, prefix="person")
        ideas = _ideas(size, Activity.objects.get(page_id=page.pk), people, chance=chance)
        _around(ideas, people, chance=chance)
        _voters()
    _index(ideas)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


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


def _plain_page() -> HomePage:
    """What an editor writes: headings and paragraphs with links, in the site's own template."""
    home = Site.objects.get(is_default_site=True).root_page.specific
    sentences = _sentences()
    body = []
    for number in range(4):
        words = sentences[number * 24 : (number + 1) * 24]
        body.append(("heading", words[0][:60]))
        body += [("paragraph", f"<p>{' '.join(words[n : n + 6])}</p>") for n in (1, 7, 13)]
        body.append(("paragraph", f'<ul><li>{words[19]}</li><li><a href="/">Forside</a></li></ul>'))
    page = HomePage(
        title="Om kommunen", slug="om", intro=sentences[-1], body=json.dumps(_stream(body))
    )
    page.locale = home.locale
    return home.add_child(instance=page)


def _stream(blocks: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"type": kind, "value": value} for kind, value in blocks]


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
    areas = [Area(name=row["name"], slug=row["slug"]) for row in site["areas"]]
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
    made = []
    for number in range(size):
        sent = now - datetime.timedelta(minutes=minutes[number])
        person = people[chance.randrange(len(people))]
        texts = chance.sample(sentences, chance.randint(2, 9))
        if number in rare:
            texts.append(f"Vi har et {RARE_WORD} i forvejen.")
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


def _around(
    ideas: Sequence[Idea], people: Sequence[Participant], *, chance: random.Random
) -> None:
    """Supports (most ideas have none), comments, the log, and the terms of similarity."""
    supports, comments = [], []
    for idea in ideas:
        count = 0 if chance.random() < 0.6 else min(int(chance.paretovariate(0.9)), PEOPLE // 2)
        start = chance.randrange(PEOPLE)
        idea.support_count = count
        supports += [_support(idea, people[(start + n) % PEOPLE]) for n in range(count)]
        said = COMMENTS if idea is ideas[-1] else chance.choice([0, 0, 0, 0, 0, 0, 1, 1, 2, 3])
        idea.comment_count = said
        comments += [_comment(idea, people[n], number=n) for n in range(said)]
    for number, comment in enumerate(comments, start=1):
        comment.id = number
    _reply_to_some(comments[-COMMENTS:])
    _copy(Contribution, ideas)
    _copy(Idea, ideas)
    _copy(Support, supports)
    _copy(Comment, comments)
    _copy(StatusChange, [step for idea in ideas for step in _log(idea)])
    _copy(
        IdeaTerm,
        (
            IdeaTerm(idea=idea, activity_id=idea.activity_id, term=term, weight=weight)
            for idea in ideas
            for term, weight in index_terms(idea.title, idea.body).items()
        ),
    )


def _support(idea: Idea, person: Participant) -> Support:
    return Support(
        contribution_id=idea.pk,
        participant=person,
        person_key=person.person_key,
        status=SupportStatus.CONFIRMED,
        verification_level=person.level,
        created_at=idea.submitted_at,
        confirmed_at=idea.submitted_at,
    )


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


def _reply_to_some(comments: Sequence[Comment]) -> None:
    """A quarter are replies to the one before them."""
    for comment, before in itertools.pairwise(comments):
        if before.id % 4 == 0:
            comment.parent_id = before.id


def _log(idea: Idea) -> list[StatusChange]:
    steps = [(None, _received(), 0)]
    if idea.status_id != _received().pk:
        steps.append((_received(), idea.status, 30))
    return [
        StatusChange(
            contribution_id=idea.pk,
            from_status=before,
            to_status=after,
            by_role="Borgerservice",
            at=idea.submitted_at + datetime.timedelta(days=days),
        )
        for before, after, days in steps
    ]


@functools.cache
def _received() -> Status:
    return Status.objects.of_kind(StatusKind.RECEIVED)


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


def _copy(model: type[Row], rows: Iterable[Row]) -> None:
    """Write ``rows`` through PostgreSQL's COPY; a child of another table writes only its own part.

    ``bulk_create`` refuses children, and would take minutes for the terms.
    """
    fields = [
        field
        for field in model._meta.local_concrete_fields
        if not (field.primary_key and model in {Support, StatusChange, IdeaTerm})
    ]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out:  # noqa: S608
            for row in rows:
                values = [getattr(row, field.attname) for field in fields]
                out.write_row(
                    [
                        field.get_db_prep_save(value, connection)
                        for field, value in zip(fields, values, strict=True)
                    ]
                )
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def _index(ideas: Sequence[Idea]) -> None:
    """The rows of Wagtail's search index, by Wagtail itself."""
    ContentType.objects.get_for_model(Idea)
    index = get_search_backend().get_index_for_model(Idea)
    for start in range(0, len(ideas), 5_000):
        index.add_items(Idea, ideas[start : start + 5_000])

