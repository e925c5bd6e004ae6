"""Terms of Danish texts, and how well they find similar ideas in the demo content.

``similarity_cases.json`` holds titles as citizens type them with the demo ideas that are the same
idea (``expected``), those that are fair to show too (``also``), or neither when nothing should be
shown. The cases were written before the word list. ``dev`` was looked at while the rules were made,
``held_out`` was not. ``python -m tests.ideas.test_similarity`` prints the figures.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from wagtail_borgerdialog.ideas import similarity

HERE = Path(__file__).parent
DEMO = HERE.parents[1] / "example_site" / "demo"
PLACES = ["Vestersø By", "Lyngdal", "Klitborg", "Åkilde", "Østermose"]
CASES = json.loads((HERE / "similarity_cases.json").read_text("utf-8"))
IDEAS = {
    idea["slug_key"]: idea
    for path in sorted(DEMO.glob("ideas_*.json"))
    for idea in json.loads(path.read_text("utf-8"))
    if idea["visibility"] == "visible"
}


@dataclass(frozen=True)
class Figures:
    recall: float
    precision: float
    false_suggestions: float


class Similar:
    """What ``selectors.similar`` does, over a dictionary."""

    def __init__(self) -> None:
        self.rows = {
            key: similarity.index_terms(idea["title"], idea["body"], places=PLACES)
            for key, idea in IDEAS.items()
        }
        self.frequency = Counter(term for row in self.rows.values() for term in row)

    def __call__(self, title: str) -> list[str]:
        query = similarity.terms(title, places=PLACES)
        total = len(self.rows)
        chosen = similarity.telling(query, self.frequency, total)
        candidates = {
            key: row for key, row in self.rows.items() if any(term in row for term in chosen)
        }
        return similarity.rank(query, candidates, self.frequency, total)


class WordOverlap:
    """The naive way: the same words, letter for letter, under the same threshold."""

    def __init__(self) -> None:
        self.rows = {key: self.words(f"{i['title']} {i['body']}") for key, i in IDEAS.items()}

    @staticmethod
    def words(text: str) -> set[str]:
        return {word for word in re.findall(r"\w+", text.lower()) if similarity.terms(word)}

    def __call__(self, title: str) -> list[str]:
        query = self.words(title)
        shares = {key: len(query & row) / max(len(query), 1) for key, row in self.rows.items()}
        best = sorted(shares, key=lambda key: -shares[key])[: similarity.LIMIT]
        return [key for key in best if shares[key] >= similarity.THRESHOLD]


def measure(suggest: Similar | WordOverlap, half: str) -> Figures:
    found = wanted = shown = good = false = unmatched = 0.0
    for case in CASES:
        if case["half"] != half:
            continue
        suggestions = suggest(case["query"])
        shown += len(suggestions)
        good += len(set(suggestions) & {*case["expected"], *case["also"]})
        if case["expected"]:
            wanted += 1
            found += len(set(suggestions) & set(case["expected"])) / len(case["expected"])
        else:
            unmatched += 1
            false += bool(suggestions)
    return Figures(found / wanted, good / max(shown, 1), false / unmatched)


def only(text: str) -> set[str]:
    return set(similarity.terms(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("legepladsen", "legeplads"),
        ("legepladserne", "lege plads"),
        ("børnene", "barn"),
        ("bøgerne", "bog"),
        ("fædrenes", "far"),
        ("træet", "træer"),
        ("stien", "stier"),
        ("cyklen", "cykler"),
        ("Sø", "SØEN"),
        ("idrætshal", "hallen til idræt"),
        ("skolegård", "skolens gård"),
        ("hundeskove", "skov til hunde"),
        ("havnebænke", "bænke på havnen"),
        ("caféerne", "cafe"),
        ("baenke", "bænke"),
        ("aebletraeer", "æbletræer"),
        ("saunaer", "saunaen"),
        ("siloens", "siloer"),
        ("wc", "toiletter"),
        ("affaldsspand", "skraldespande"),
        ("petankbane", "petanquebaner"),
        ("skaldespand", "skraldespand"),
        ("biblotekket", "biblioteket"),
        ("løgtepæl", "lygtepæle"),
    ],
)
def test_two_ways_to_write_it_share_their_terms(one: str, other: str) -> None:
    assert only(one) & only(other)
    if one not in {"petankbane"}:
        assert only(one) == only(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("haven", "havet"),
        ("bænk", "bank"),
        ("torv", "tørv"),
        ("parkering", "parken"),
        ("børnehave", "haven"),
        ("fodbold", "foden"),
    ],
)
def test_words_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert not only(one) & only(other)


def test_politeness_and_grammar_leave_nothing() -> None:
    assert similarity.terms("Kære kommune, kunne vi ikke få en ny? Venlig hilsen") == {}


def test_the_name_of_an_area_is_kept_whole_and_weighs_little() -> None:
    named = similarity.terms("Klitborgs bænke", places=PLACES)
    assert named["klitborg"] < named["baenk"]
    assert "klit" not in named


def test_where_weighs_less_than_what() -> None:
    found = similarity.terms("Bænke på havnen, lys")
    assert found["havn"] < found["baenk"] == found["lys"]


@pytest.mark.parametrize(
    "text", ["", "…", "\x00", "a" * 100_000, "strand" * 5_000, "مكان للعائلات", "🙂🙂"]
)
def test_any_text_gives_few_and_short_terms(text: str) -> None:
    found = similarity.index_terms(text, text)
    assert len(found) <= similarity.MAX_INDEX_TERMS
    assert all(0 < len(term) <= similarity.MAX_TERM_LENGTH for term in found)


def test_the_title_comes_first_when_there_is_not_room_for_all() -> None:
    body = " ".join(f"ord{'abcdefghij'[n % 10]}{n}" for n in range(200))
    found = similarity.index_terms("Bænke ved søen", body)
    assert len(found) == similarity.MAX_INDEX_TERMS
    assert found["baenk"] == found["soe"] == similarity.TITLE_WEIGHT


def test_common_terms_are_looked_up_only_when_there_is_nothing_else() -> None:
    query = {"baenk": 1.0, "mosaik": 1.0, "ukendt": 1.0}
    assert similarity.telling(query, {"baenk": 9_000, "mosaik": 4}, 10_000) == ["mosaik"]
    assert similarity.telling(query, {"baenk": 9_000}, 10_000) == ["baenk"]


def test_a_long_title_looks_up_no_more_than_the_limit() -> None:
    query = {f"ord{n}": 1.0 for n in range(40)}
    assert (
        len(similarity.telling(query, dict.fromkeys(query, 2), 100)) == similarity.MAX_QUERY_TERMS
    )


def test_the_cases_name_ideas_that_the_demo_has() -> None:
    named = {key for case in CASES for key in (*case["expected"], *case["also"])}
    assert named <= set(IDEAS)
    assert sum(not case["expected"] for case in CASES) >= 20
    assert sum(bool(case["expected"]) for case in CASES) >= 60


@pytest.mark.parametrize("half", ["dev", "held_out"])
def test_similar_ideas_are_found_and_nothing_else_is_shown(half: str) -> None:
    figures = measure(Similar(), half)
    assert figures.recall >= 0.88
    assert figures.precision >= 0.86
    assert figures.false_suggestions <= 0.05


@pytest.mark.parametrize("half", ["dev", "held_out"])
def test_terms_find_far_more_than_the_same_words_do(half: str) -> None:
    ours, naive = measure(Similar(), half), measure(WordOverlap(), half)
    assert ours.recall >= naive.recall + 0.3
    assert ours.precision >= naive.precision


if __name__ == "__main__":
    for half in ("dev", "held_out"):
        for suggest in (Similar(), WordOverlap()):
            print(half, type(suggest).__name__, measure(suggest, half))
