"""Which ideas are about the same thing? Made for Danish as people type it.

Full-text search answers "which rows hold these words"; Danish citizens write
*legepladsen*, *lege plads*, *legepalds* and *legepladsens gynger* and mean one
thing. Here a text becomes a few normalised **terms**, which are stored with the
idea and looked up again with plain equality, so SQLite and PostgreSQL give the
same answer and an index serves the query at any size.

How a word becomes terms, in order:

1. folding: case, ``æ ø å`` to ``ae oe aa``, accents off; stop words and
   politeness out; names of places that the caller gives are kept whole and weak;
2. a word of ``similarity_data/words.txt`` in any inflected form becomes its
   lemma (irregular forms: ``forms.txt``);
3. a compound becomes its parts, with or without a linking *s*, *e* or *er*
   (*cykel|sti*, *skole|s|gård*, *hund|e|skov*), so that *havnebænke* and *bænke på
   havnen* meet;
4. a word that is one or two slips from a listed word is read as that word;
5. anything else is cut by Snowball's Danish stemmer until it no longer changes;
6. words that mean the same (``same.txt``) share one term;
7. what follows *på, i, ved, langs …* up to the next stop weighs less: *bænke på
   havnen* is about benches.

How the database part uses it (``selectors.similar``):

* store ``index_terms(title, body, places=…)`` as rows ``IdeaTerm(idea, term, weight)``
  with an index on ``(term, idea)``, rewritten whenever title or body changes
  (``TERMS_VERSION`` says when all rows must be rewritten);
* for a text typed by a citizen: ``query = terms(title, places=…)``, one ``COUNT`` per term
  for the document frequencies, ``chosen = telling(query, df, total)`` (at most 12,
  none that more than ``MAX_DOCUMENT_SHARE`` of the ideas hold unless nothing
  else is left);
* candidates: the ``CANDIDATES`` ideas with the highest sum of ``idf`` over the
  chosen terms, in one grouped query that is limited to the visible ideas;
* fetch the candidates' rows and let ``rank`` choose the ≤ ``LIMIT`` to show.

Only the title is asked about: a body has so many words that everything is a little
like it. ``places`` are the names of the site's areas, the same when storing and asking.

Nothing here imports Django.
"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

import snowballstemmer
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Key = TypeVar("Key")

TERMS_VERSION = 1
"""Raise when the terms of an unchanged text change: stored rows are then stale."""

THRESHOLD = 0.42
"""Scores below this are not shown. Measured: see tests/ideas/test_similarity.py."""

RELATIVE_THRESHOLD = 0.6
LIMIT = 5
CANDIDATES = 50
MAX_QUERY_TERMS = 12
MAX_INDEX_TERMS = 48
MAX_DOCUMENT_SHARE = 0.2
MAX_TERM_LENGTH = 40
MAX_TEXT_LENGTH = 4_000

TITLE_WEIGHT = 1.0
BODY_WEIGHT = 0.4
UNLISTED_WEIGHT = 0.7
WEAK_WEIGHT = 0.4
PLACE_FACTOR = 0.6
GUESS_FACTOR = 0.8

_IDF_CAP = 6.0
_TOKEN = re.compile(r"[^\W_]+(?:[-.'][^\W_]+)*|[,.;:!?\n]")
_VOWELS = frozenset("aeiouyæøå")
_LETTERS = str.maketrans({"ä": "ae", "æ": "ae", "ö": "oe", "ø": "oe", "å": "aa", "’": "'"})


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PLACE_WORDS = _words("paa i ved langs bag mellem under omkring foran naer fra hos")
_ENDINGS = ("", *_words("s e en et er ene erne ens ets ers ernes enes es"))
_ENDINGS_AFTER_E = ("", *_words("s n t r rne ns ts rs rnes nde"))
_LINKS = ("", *_words("s e er"))
_DERIVED = _words(
    "hed heden else elsen ning ningen ering skab dom lig lige isk agtig loes bar som eri ende inger"
)


def _entries(name: str) -> list[str]:
    text = files(__package__).joinpath("similarity_data", name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def fold(text: str) -> str:
    """Return ``text`` in lower case with one spelling of each Danish letter, without accents."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


def _inflect(lemma: str) -> Iterable[str]:
    if lemma.endswith("e"):
        yield from (lemma + ending for ending in _ENDINGS_AFTER_E)
        return
    yield from (lemma + ending for ending in _ENDINGS)
    if (
        len(lemma) > 2
        and lemma[-1] not in _VOWELS
        and lemma[-2] in _VOWELS
        and lemma[-3] not in _VOWELS
    ):
        yield from (lemma + lemma[-1] + ending for ending in _ENDINGS if ending.startswith("e"))
    if len(lemma) > 4 and lemma[-2:] in {"el", "er", "en"} and lemma[-3] not in _VOWELS:
        short = lemma[:-2] + lemma[-1]
        yield from (short + ending for ending in _ENDINGS if ending.startswith("e"))
        if lemma[-3] == lemma[-4]:
            yield from (
                lemma[:-3] + lemma[-1] + ending for ending in _ENDINGS if ending.startswith("e")
            )


class _Lexicon:
    """The shipped words: forms, weak words, synonyms and stop words."""

    def __init__(self) -> None:
        listed = [word for line in _entries("words.txt") for word in line.split()]
        self.weak = frozenset(fold(word[1:]) for word in listed if word.startswith("~"))
        lemmas = dict.fromkeys(word.removeprefix("~") for word in listed)
        self.stop = frozenset(fold(word) for line in _entries("stop.txt") for word in line.split())
        irregular: dict[str, str] = {}
        for line in _entries("forms.txt"):
            lemma, _, forms = line.partition(":")
            lemmas.setdefault(lemma)
            for form in map(fold, forms.split()):
                irregular[form] = fold(lemma)
                irregular.setdefault(f"{form}s", fold(lemma))
        self.same: dict[str, str] = {}
        for line in _entries("same.txt"):
            first, *others = line.split()
            lemmas |= dict.fromkeys((first, *others))
            self.same |= dict.fromkeys(map(fold, others), fold(first))
        self.forms: dict[str, str] = {}
        self.first_parts: dict[str, str] = {}
        for lemma in lemmas:
            for form in _inflect(lemma):
                self.forms.setdefault(fold(form), fold(lemma))
            for link in _LINKS:
                if not link or link[0] != lemma[-1]:
                    self.first_parts.setdefault(fold(lemma + link), fold(lemma))
        exact = {fold(lemma): fold(lemma) for lemma in lemmas if fold(lemma) not in irregular}
        self.forms |= irregular | exact
        self.first_parts |= {
            form: lemma for form, lemma in irregular.items() if form.endswith(("e", "s"))
        } | exact
        self.by_initial: dict[str, list[str]] = {}
        for lemma in exact:
            if len(lemma) >= 5:
                self.by_initial.setdefault(lemma[0], []).append(lemma)


@cache
def _lexicon() -> _Lexicon:
    return _Lexicon()


_stemmer = snowballstemmer.stemmer("danish")


def _stem(word: str) -> str:
    for _ in range(3):
        shorter = _stemmer.stemWord(word)
        if shorter == word or len(shorter) < 3:
            break
        word = shorter
    return word


@lru_cache(maxsize=16_384)
def _split(word: str) -> tuple[str, ...]:
    """Return the parts of a compound as typed, or ``()``; all parts are listed words."""
    lexicon = _lexicon()
    best: tuple[str, ...] = ()
    for cut in range(len(word) - 2, 0, -1):
        left, right = word[:cut], word[cut:]
        lemma = lexicon.first_parts.get(left)
        if lemma is None or (len(lemma) < 3 and left != lemma) or len(left) + len(right) < 5:
            continue
        if right in lexicon.forms:
            parts: tuple[str, ...] = (left, right)
        elif len(right) >= 6 and (rest := _split(right)):
            parts = (left, *rest)
        else:
            continue
        if not best or len(parts) < len(best):
            best = parts
    return best


def _half_known(word: str) -> tuple[str, str] | None:
    """Split off a listed word of four letters or more; the longer the better."""
    lexicon = _lexicon()
    found: tuple[str, str] | None = None
    size = 0
    for cut in range(3, len(word) - 2):
        left, right = word[:cut], word[cut:]
        if (
            len(left) >= 4
            and right in lexicon.forms
            and len(right) >= 3
            and len(lexicon.forms[right]) > size
        ):
            found, size = (left, right), len(lexicon.forms[right])
        if len(right) >= 4 and right not in _DERIVED and left in lexicon.first_parts:
            known = lexicon.first_parts[left]
            if len(known) >= 4 and len(known) >= size:
                found, size = (left, right), len(known)
    return found


def _near(word: str) -> str | None:
    """Return the listed word that ``word`` is a slip of: same first letter, one or two edits."""
    if len(word) < 5:
        return None
    allowed = 1 if len(word) < 10 else 2
    stem = _stem(word)
    pool = _lexicon().by_initial.get(word[0], [])
    hits = [
        process.extractOne(form, pool, scorer=OSA.distance, score_cutoff=allowed)
        for form in (word, stem)
        if len(form) >= 5
    ]
    # Of two as near, the one listed first: subjects are listed before ordinary words.
    best = min((hit[1:] for hit in hits if hit), default=None)
    return pool[best[1]] if best else None


@lru_cache(maxsize=65_536)
def _word_terms(word: str) -> tuple[tuple[str, float], ...]:
    lexicon = _lexicon()

    def listed(lemma: str) -> tuple[str, float]:
        return lexicon.same.get(lemma, lemma), WEAK_WEIGHT if lemma in lexicon.weak else 1.0

    def guessed(lemma: str) -> tuple[str, float]:
        term, weight = listed(lemma)
        return term, weight * GUESS_FACTOR

    def other(piece: str) -> tuple[str, float]:
        if piece in lexicon.forms:
            return listed(lexicon.forms[piece])
        if piece in lexicon.first_parts:
            return listed(lexicon.first_parts[piece])
        near = _near(piece)
        return guessed(near) if near else (_stem(piece), UNLISTED_WEIGHT)

    if word in lexicon.stop or len(word) < 2:
        return ()
    if word in lexicon.forms:
        return (listed(lexicon.forms[word]),)
    if len(word) >= 5:
        if parts := _split(word):
            head = listed(lexicon.forms[parts[-1]])
            return (*(listed(lexicon.first_parts[part]) for part in parts[:-1]), head)
        if near := _near(word):
            return (guessed(near),)
    if len(word) >= 7 and (pair := _half_known(word)):
        return (other(pair[0]), other(pair[1]))
    return ((_stem(word), UNLISTED_WEIGHT),)


def terms(text: str, *, places: Iterable[str] = ()) -> dict[str, float]:
    """Return the terms of ``text`` with their weight (0 to 1) as evidence of its subject.

    ``places`` are names of the site's areas: never split, and weak, because where is not what.
    """
    lexicon = _lexicon()
    names = {word for place in places for word in fold(place).split()}
    names = {name for name in names if len(name) >= 4 and name not in lexicon.forms}
    found: dict[str, float] = {}
    factor = 1.0
    for match in _TOKEN.finditer(fold(text[:MAX_TEXT_LENGTH])):
        token = match.group()
        if token in _PLACE_WORDS:
            factor = PLACE_FACTOR
        elif not token[0].isalnum():
            factor = 1.0
        whole = token in lexicon.forms or token in lexicon.stop
        for word in [token] if whole else re.split(r"[-.']", token):
            for term, weight in _named(word[:MAX_TERM_LENGTH], names):
                found[term] = max(found.get(term, 0.0), weight * factor)
    return found


def _named(word: str, names: set[str]) -> Iterable[tuple[str, float]]:
    """Return the terms of ``word``, which may be or begin with the name of a place."""
    for name in names:
        if word.startswith(name):
            rest = word.removeprefix(name)
            if rest in {"", "s"}:
                return [(name, WEAK_WEIGHT)]
            if rest in _lexicon().forms or _split(rest):
                return [(name, WEAK_WEIGHT), *_word_terms(rest)]
    return _word_terms(word)


def index_terms(title: str, body: str = "", *, places: Iterable[str] = ()) -> dict[str, float]:
    """Return what to store for an idea: at most ``MAX_INDEX_TERMS``, the title's terms first.

    The weight says where the term stood (``TITLE_WEIGHT`` or ``BODY_WEIGHT``).
    """
    stored = dict.fromkeys(terms(title, places=places), TITLE_WEIGHT)
    for term in terms(body, places=places):
        if len(stored) >= MAX_INDEX_TERMS:
            break
        stored.setdefault(term, BODY_WEIGHT)
    return dict(list(stored.items())[:MAX_INDEX_TERMS])


def idf(document_frequency: int, total: int) -> float:
    """Return how telling a term is that ``document_frequency`` of ``total`` ideas hold.

    Capped, so that a slip found nowhere does not outweigh all other words among many ideas.
    """
    return min(_IDF_CAP, math.log(1 + max(total, 1) / max(document_frequency, 1)))


def telling(
    query: Mapping[str, float], document_frequency: Mapping[str, int], total: int
) -> list[str]:
    """Return the at most ``MAX_QUERY_TERMS`` terms to look up, the most telling first."""
    held = [term for term in query if document_frequency.get(term)]
    rare = [
        term for term in held if document_frequency[term] <= max(3.0, total * MAX_DOCUMENT_SHARE)
    ]
    chosen = rare or held
    return sorted(
        chosen, key=lambda term: (-query[term] * idf(document_frequency[term], total), term)
    )[:MAX_QUERY_TERMS]


def score(
    query: Mapping[str, float],
    candidate: Mapping[str, float],
    document_frequency: Mapping[str, int],
    total: int,
) -> float:
    """Return from 0 to 1 how much of what ``query`` is about ``candidate`` is about too.

    ``query`` is from ``terms``, ``candidate`` from ``index_terms``. A term that no idea holds may
    still be a misspelling of one that the candidate holds.
    """
    wanted = found = 0.0
    for term, weight in query.items():
        value = weight * idf(document_frequency.get(term, 0), total)
        wanted += value
        if term in candidate:
            found += value * candidate[term]
        elif not document_frequency.get(term) and len(term) >= 5:
            near = process.extractOne(term, candidate.keys(), scorer=fuzz.ratio, score_cutoff=82)
            if near:
                found += 0.8 * value * candidate[near[0]]
    return found / wanted if wanted else 0.0


def rank(
    query: Mapping[str, float],
    candidates: Mapping[Key, Mapping[str, float]],
    document_frequency: Mapping[str, int],
    total: int,
) -> list[Key]:
    """Return the keys of the ideas to suggest, the best first: at most ``LIMIT``, often none.

    What is far behind the best one (``RELATIVE_THRESHOLD``) is left out, since three good
    suggestions are read and five mixed ones are not.
    """
    scored = [
        (score(query, candidate, document_frequency, total), key)
        for key, candidate in candidates.items()
    ]
    scored.sort(key=lambda pair: -pair[0])
    floor = max(THRESHOLD, RELATIVE_THRESHOLD * scored[0][0]) if scored else THRESHOLD
    return [key for value, key in scored[:LIMIT] if value >= floor]
