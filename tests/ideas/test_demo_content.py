"""The demo content keeps its promises: known words, dates in order, nobody real.

The shape of the files is described in ``example_site/demo/README.md``.
"""

from __future__ import annotations

import json
import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from wagtail_borgerdialog.contributions.models import ReasonCode, StatusKind, Visibility
from wagtail_borgerdialog.geo import contains, shape_of
from wagtail_borgerdialog.terms import (
    Channel,
    LadderLevel,
    ModerationMode,
    NameDisplay,
    VerificationLevel,
)

DEMO = Path(__file__).resolve().parents[2] / "example_site" / "demo"
TODAY = 0


def load(name: str):
    return json.loads((DEMO / f"{name}.json").read_text("utf-8"))


SITE = load("site")
PEOPLE = load("people")
IDEAS = [*load("ideas_borgermillionen"), *load("ideas_idebanken")]
PROPOSALS = load("proposals")
ALL = [*IDEAS, *PROPOSALS]
AREAS = {area["slug"]: area for area in SITE["areas"]}
ACTIVITIES = {activity["slug_key"]: activity for activity in SITE["activities"]}
CRITERIA = [c["key"] for c in ACTIVITIES["borgerforslag"]["criteria"]]

COMMON = {
    "slug_key": str,
    "collection": str,
    "title": str,
    "body": str,
    "language": str,
    "name": str,
    "name_display": str,
    "area": str,
    "category": str,
    "channel": str,
    "days_ago": int,
    "visibility": str,
    "status": str,
    "status_log": list,
    "supports": dict,
    "comments": list,
    "address": (str, type(None)),
    "lat": (float, type(None)),
    "lon": (float, type(None)),
    "moderation": (dict, type(None)),
}
OF_IDEAS = COMMON | {"help_offers": list, "refined": (dict, type(None))}
OF_PROPOSALS = COMMON | {
    "coproposers": list,
    "formal_check": (dict, type(None)),
    "addenda": list,
}


def by_key(items):
    return pytest.mark.parametrize("item", items, ids=[item["slug_key"] for item in items])


def replies_and_comments(item):
    for comment in item["comments"]:
        yield comment
        yield from comment.get("replies", [])


def published(item) -> int | None:
    """How many days ago a proposal was opened for support."""
    days = [e["days_ago"] for e in item["status_log"] if e["kind"] == "open_for_support"]
    return days[0] if days else None


def lix(text: str) -> float:
    """Readability (Björnsson 1968): words a sentence plus per cent of words over six letters."""
    words = re.findall(r"\w+", text)
    sentences = max(1, len(re.findall(r"[.!?:](?:\s|$)", text)))
    return len(words) / sentences + 100 * sum(len(word) > 6 for word in words) / len(words)


@by_key(IDEAS)
def test_an_idea_has_its_fields(item) -> None:
    assert set(item) == set(OF_IDEAS)
    assert [name for name, kind in OF_IDEAS.items() if not isinstance(item[name], kind)] == []


@by_key(PROPOSALS)
def test_a_proposal_has_its_fields(item) -> None:
    assert set(item) == set(OF_PROPOSALS)
    assert [name for name, kind in OF_PROPOSALS.items() if not isinstance(item[name], kind)] == []


@by_key(ALL)
def test_every_reference_points_at_something(item) -> None:
    assert item["collection"] in ACTIVITIES
    assert item["area"] in AREAS
    assert item["category"] in {category["slug"] for category in SITE["categories"]}
    assert item["channel"] in Channel
    assert item["name_display"] in NameDisplay
    assert item["visibility"] in Visibility
    assert item["language"] in {"da", "en", "uk", "ar"}
    assert {entry["kind"] for entry in item["status_log"]} <= set(StatusKind)
    assert set(item["supports"]) == {"eid", "account", "email", "paper"}


@by_key(ALL)
def test_the_log_runs_forward_and_ends_in_the_status(item) -> None:
    log = item["status_log"]
    assert log[0]["days_ago"] == item["days_ago"]
    assert log[-1]["kind"] == item["status"]
    assert all(one["days_ago"] >= next_["days_ago"] for one, next_ in pairwise(log))
    assert all(set(entry) == {"kind", "days_ago", "note", "by_role"} for entry in log)
    assert all(entry["note"] and entry["by_role"] for entry in log[1:])
    assert all(entry["days_ago"] >= TODAY for entry in log)


@by_key(ALL)
def test_it_is_sent_while_its_page_is_open(item) -> None:
    activity = ACTIVITIES[item["collection"]]
    assert item["days_ago"] <= activity["opens_days_ago"]


@by_key(ALL)
def test_comments_come_after_the_text_and_replies_after_the_comment(item) -> None:
    assert len(item["comments"]) <= 6
    for comment in item["comments"]:
        assert comment["days_ago"] <= item["days_ago"]
        for reply in comment.get("replies", []):
            assert reply["days_ago"] <= comment["days_ago"]
            assert "replies" not in reply
    for comment in replies_and_comments(item):
        assert comment.keys() - {"role", "language", "replies"} == {"name", "body", "days_ago"}
        assert comment["days_ago"] >= TODAY
        assert comment.get("role") in {None, "Sagsbehandler"}
    if item["visibility"] in {"draft", "pending"}:
        assert item["comments"] == []
        assert sum(item["supports"].values()) == 0


@by_key([item for item in ALL if item["lat"] is not None])
def test_a_map_point_lies_in_its_district(item) -> None:
    boundary = AREAS[item["area"]]["boundary"]
    assert contains(boundary, latitude=item["lat"], longitude=item["lon"])


@by_key(ALL)
def test_what_moderation_took_away_has_a_reason(item) -> None:
    actions = {"hidden": "hide", "removed": "remove"}
    assert bool(item["moderation"]) == (item["visibility"] in actions)
    if item["moderation"]:
        assert item["moderation"]["action"] == actions[item["visibility"]]
        assert item["moderation"]["reason_code"] in ReasonCode
        assert item["moderation"]["public_note"]
        assert item["moderation"]["days_ago"] <= item["days_ago"]


@by_key([item for item in IDEAS if item["refined"]])
def test_a_refined_version_is_another_text_by_a_role(item) -> None:
    refined = item["refined"]
    assert set(refined) == {"title", "body", "by_role", "days_ago"}
    assert refined["days_ago"] <= item["days_ago"]
    assert refined["body"] != item["body"]


@by_key(PROPOSALS)
def test_a_proposal_follows_the_rules_of_its_scheme(item) -> None:
    rules = ACTIVITIES["borgerforslag"]["rule_set"]
    total = sum(item["supports"].values())
    opened = published(item)
    kinds = {entry["kind"]: entry["days_ago"] for entry in item["status_log"]}
    assert item["name_display"] == NameDisplay.FULL
    assert len(item["title"]) <= 140
    assert len(item["body"]) <= 2000
    assert len(item["coproposers"]) <= rules["max_coproposers"]
    assert {row["state"] for row in item["coproposers"]} <= {"invited", "accepted", "declined"}
    if opened is None:
        assert total == 0
        assert item["visibility"] == Visibility.PENDING
        return
    if "threshold_reached" in kinds:
        assert total >= rules["threshold"]
        assert opened - kinds["threshold_reached"] <= rules["period_days"]
    else:
        assert total < rules["threshold"]
    if "expired" in kinds:
        assert opened - kinds["expired"] == rules["period_days"]
    if item["status"] == "open_for_support":
        assert opened < rules["period_days"]
    assert all(addendum["days_ago"] <= opened for addendum in item["addenda"])


@by_key([item for item in PROPOSALS if item["formal_check"]])
def test_a_formal_check_answers_every_criterion(item) -> None:
    results = item["formal_check"]["results"]
    assert [result["criterion"] for result in results] == CRITERIA
    assert all(result["passed"] != bool(result["note"]) for result in results)
    failed = item["status"] in {"returned", "rejected_formal"}
    assert failed == any(not result["passed"] for result in results)


@pytest.mark.parametrize("activity", SITE["activities"], ids=list(ACTIVITIES))
def test_an_activity_declares_its_terms(activity) -> None:
    assert activity["level"] in LadderLevel
    assert activity["moderation"] in ModerationMode
    for name in ("submit_level", "support_level", "comment_level"):
        assert activity[name] in VerificationLevel
    for name in (
        "intro",
        "purpose",
        "how_ideas_are_used",
        "what_is_open",
        "what_is_decided",
        "decided_by",
        "inclusion_measure",
    ):
        assert activity[name]
        assert name == "decided_by" or lix(activity[name]) <= 40, name


def test_citizens_and_staff_write_plainly() -> None:
    notes = [e["note"] for item in ALL for e in item["status_log"] if e["note"]]
    danish = [item["body"] for item in ALL if item["language"] == "da"]
    assert sum(map(lix, notes)) / len(notes) <= 36
    assert sum(map(lix, danish)) / len(danish) <= 36


def test_every_state_is_there_to_be_seen() -> None:
    assert {item["visibility"] for item in IDEAS} == set(Visibility)
    assert {item["status"] for item in ALL} == set(StatusKind) - {StatusKind.MERGED}
    assert {item["channel"] for item in IDEAS} == set(Channel) - {Channel.STAFF}
    assert {item["language"] for item in IDEAS} == {"da", "en", "uk", "ar"}
    assert {item["area"] for item in IDEAS} == set(AREAS)
    assert {item["name_display"] for item in IDEAS} == set(NameDisplay)


def test_districts_do_not_overlap() -> None:
    shapes = {slug: shape_of(area["boundary"]) for slug, area in AREAS.items()}
    for one, other in combinations(shapes, 2):
        assert shapes[one].intersection(shapes[other]).area == pytest.approx(0), (one, other)


def test_nothing_is_said_twice() -> None:
    for texts in (
        [item["slug_key"] for item in ALL],
        [item["title"].lower() for item in ALL],
        [item["body"] for item in ALL],
        [c["body"] for item in ALL for c in replies_and_comments(item)],
        [offer["text"] for item in IDEAS for offer in item["help_offers"]],
        [person["name"] for person in PEOPLE],
        [person["email"] for person in PEOPLE],
    ):
        assert sorted(text for text in set(texts) if texts.count(text) > 1) == []
    notes = [e["note"] for item in ALL for e in item["status_log"] if len(e["note"]) > 40]
    assert sorted(note for note in set(notes) if notes.count(note) > 1) == []


def test_everybody_who_speaks_is_on_the_list_of_invented_people() -> None:
    listed = {person["name"] for person in PEOPLE}
    spoken = {item["name"] for item in ALL if item["name_display"] != "anonymous"}
    spoken |= {c["name"] for i in ALL for c in replies_and_comments(i) if not c.get("role")}
    spoken |= {offer["name"] for item in IDEAS for offer in item["help_offers"]}
    spoken |= {row["name"] for item in PROPOSALS for row in item["coproposers"]}
    assert spoken - listed == set()
    assert listed - spoken - {i["name"] for i in ALL} == set()


def test_who_shows_a_first_name_only_does_so_in_comments_too() -> None:
    shy = {item["name"] for item in IDEAS if item["name_display"] == NameDisplay.FIRST_AND_AREA}
    people = {person["name"]: person for person in PEOPLE}
    assert {people[name]["name_display"] for name in shy} == {NameDisplay.FIRST_AND_AREA}
    assert all(people[name]["area"] in AREAS for name in shy)


def test_no_address_leads_to_anybody_real() -> None:
    text = "".join(path.read_text("utf-8") for path in DEMO.glob("*.json"))
    domains = set(re.findall(r"[\w.+-]+@([\w.-]+\w)", text))
    assert domains == {"example.dk"}
    assert set(re.findall(r"https?://([^/\"<]+)", text)) <= {"www.example.dk"}
    assert not re.search(r"\b\d{6}-\d{4}\b", text)
