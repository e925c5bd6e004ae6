"""The texts of the demo, as README.md beside them describes."""

import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

# One object of the JSON files.
Item = dict


def read(name: str) -> Item | list[Item]:
    """The content of ``<name>.json``."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def activities() -> dict[str, Item]:
    """The participation pages by their key."""
    return {item["slug_key"]: item for item in read("site")["activities"]}


def ideas() -> list[Item]:
    """The ideas of both collections."""
    return [*read("ideas_borgermillionen"), *read("ideas_idebanken")]


def proposals() -> list[Item]:
    """The proposals of the scheme."""
    return read("proposals")


def answers() -> Item:
    """The official answers by the key of what they answer, and the templates for answers."""
    return read("answers")


def promises() -> Item:
    """The page of promises, and the promises with what became of them."""
    return read("promises")
