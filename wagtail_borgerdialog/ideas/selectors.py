"""The reads that views, mails and the API share."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Case, FloatField, Sum, Value, When
from django.utils.translation import gettext as _

from wagtail_borgerdialog.components import CaseFilePart
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.ideas import similarity
from wagtail_borgerdialog.ideas.models import Idea, IdeaTerm
from wagtail_borgerdialog.models import Activity, Area
from wagtail_borgerdialog.paging import CountUpTo

MOST_HOLDERS = 2_000
"""How far we count the ideas that hold a term. A term that more hold is simply common."""

MOST_QUERY_TERMS = 24


def places() -> list[str]:
    """The names of the districts, which say where an idea belongs and not what it is."""
    return list(Area.objects.values_list("name", flat=True))


def collections_near(activity: Activity) -> list[int]:
    """The idea collections in which to look for ideas like one on ``activity``: ids.

    All that everybody may read on the same site, and the one itself. One query.
    """
    public = Activity.objects.on_site(activity.site).public().filter(kind=activity.kind)
    return [*{activity.pk, *public.values_list("pk", flat=True)}]


def similar(title: str, *, activities: Iterable[int]) -> list[Idea]:
    """Public ideas of ``activities`` (ids) that are about what ``title`` is about, best first.

    At most ``similarity.LIMIT``, often none. Five queries that read a bounded number of rows
    however many ideas there are: see ``MOST_HOLDERS``.
    """
    ids = list(activities)
    query = dict(list(similarity.terms(title, places=places()).items())[:MOST_QUERY_TERMS])
    if not query or not ids:
        return []
    held, total = _holders(query, ids)
    chosen = similarity.telling(query, held, total)
    if not chosen:
        return []
    keys = _candidates(chosen, held, total, ids)
    terms: dict[int, dict[str, float]] = defaultdict(dict)
    for row in IdeaTerm.objects.filter(idea__in=keys).only("idea_id", "term", "weight"):
        terms[row.idea_id][row.term] = row.weight
    best = similarity.rank(query, {k: terms[k] for k in keys if k in terms}, held, total)
    found = Idea.objects.select_related("status", "area", "activity__page").in_bulk(best)
    return [found[key] for key in best if key in found]


def _holders(query: Mapping[str, float], activities: list[int]) -> tuple[dict[str, int], int]:
    """How many ideas hold each term, and how many ideas there are. One query."""
    rows = IdeaTerm.objects.filter(activity__in=activities)
    counts = {
        f"n{number}": CountUpTo(rows.filter(term=term).values("pk")[:MOST_HOLDERS])
        for number, term in enumerate(query)
    }
    numbers = Activity.objects.filter(pk__in=activities).annotate(**counts)
    total = 0
    held: dict[str, int] = {}
    for row in numbers.values("contribution_count", *counts):
        total += row["contribution_count"]
        held = {term: row[f"n{number}"] for number, term in enumerate(query)}
    return held, total


def _candidates(
    chosen: list[str], held: Mapping[str, int], total: int, activities: list[int]
) -> list[int]:
    """The ideas that hold most of what is telling. One query.

    Terms that very many ideas hold are looked up only where nothing rarer is known, and then
    among the newest ideas that hold the first of them.
    """
    rows = IdeaTerm.objects.filter(activity__in=activities)
    rare = [term for term in chosen if held[term] < MOST_HOLDERS]
    wanted = rows.filter(term__in=rare or chosen, idea__visibility=Visibility.VISIBLE)
    if not rare:
        newest = rows.filter(term=chosen[0]).order_by("-idea").values("idea")[:MOST_HOLDERS]
        wanted = wanted.filter(idea__in=newest)
    worth = Case(
        *[When(term=term, then=Value(similarity.idf(held[term], total))) for term in chosen],
        default=Value(0.0),
        output_field=FloatField(),
    )
    best = wanted.values("idea").annotate(worth=Sum(worth)).order_by("-worth", "-idea")
    return [row["idea"] for row in best[: similarity.CANDIDATES]]


@dataclasses.dataclass(frozen=True)
class Answer:
    """One answer to an extra question, as it was asked."""

    question: str
    value: str
    is_private: bool


def answers(idea: Idea) -> list[Answer]:
    """Every answer, for staff who may see private ones."""
    return [
        Answer(row["question"], row["value"], row["private"])
        for row in idea.answers
        if row["value"]
    ]


def public_answers(idea: Idea, *, private_now: Iterable[str] = ()) -> list[Answer]:
    """What everybody may read: neither promised to stay private then, nor private now.

    ``private_now`` holds the ids of questions that the page has made private since.
    """
    hidden = set(private_now)
    return [
        Answer(row["question"], row["value"], is_private=False)
        for row in idea.answers
        if row["value"] and not row["private"] and row["id"] not in hidden
    ]


def case_file(pk: int) -> list[CaseFilePart]:
    """What the record of a case says of an idea; nothing of what is none."""
    idea = Idea.objects.filter(pk=pk).first()
    if idea is None:
        return []
    refined = {
        _("Title"): idea.refined_title,
        _("Text"): idea.refined_body,
        _("Refined by"): idea.refined_by_role,
    }
    answers = [{row["question"]: row["value"]} for row in idea.answers if row["value"]]
    offers = [
        {
            _("Time"): offer.created_at.isoformat(),
            _("Author"): offer.participant.name if offer.participant else "",
            _("Visibility"): offer.get_visibility_display(),
            _("Text"): offer.text,
        }
        for offer in idea.help_offers.select_related("participant")
    ]
    return [
        CaseFilePart("refined", _("Refined version"), [refined] if idea.is_refined else []),
        CaseFilePart("questions", _("Answers to the page's questions"), answers),
        CaseFilePart("help", _("Offers of help"), offers),
    ]
