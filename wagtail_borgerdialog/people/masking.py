"""Take a person's name and address out of texts that stay."""

import functools
import re
from collections.abc import Iterator

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from treebeard.models import Node
from wagtail.search import index

from wagtail_borgerdialog.people.models import Erasure, Identity, Participant

PACKAGE = "wagtail_borgerdialog."
MOST_STEPS = 4
"""From a decision over its comment and contribution to the author."""

JSONValue = str | int | float | bool | None | list["JSONValue"] | dict[str, "JSONValue"]


class Mask:
    """The words that point to one person, and what to write in their place."""

    def __init__(self, participant: Participant) -> None:
        self.participant = participant
        self.names, self.addresses = _known_by(participant)
        self.changed: set[tuple[type[models.Model], int]] = set()
        """The rows that the person was taken out of."""

    def __bool__(self) -> bool:
        return bool(self.names or self.addresses)

    @functools.cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = sorted(self.names | self.addresses, key=len, reverse=True)
        spelt = "|".join(r"\s+".join(map(re.escape, word.split())) for word in words)
        # Open at the end: "Asta Prøves idé" names Asta Prøve.
        return re.compile(rf"(?<![\w.+-])(?:{spelt})", re.IGNORECASE)

    def over(self, value: JSONValue, *, language: str = "") -> JSONValue:
        """``value`` without the person, all through lists and dictionaries."""
        if isinstance(value, str):
            with translation.override(language or self.participant.language):
                return self._pattern.sub(_("[removed]"), value)
        if isinstance(value, list):
            return [self.over(one, language=language) for one in value]
        if isinstance(value, dict):
            return {key: self.over(one, language=language) for key, one in value.items()}
        return value


def mask_texts(mask: Mask) -> None:
    """Take the person out of the texts of their own cases; ``mask.changed`` tells of which.

    A name is looked for in what the person wrote and what hangs on it, since others may bear the
    same; an address in all that citizens and staff write. New tables come along by themselves:
    what leads to a participant is found by its foreign keys.
    """
    if not mask:
        return
    for model, paths in tables_of_people():
        fields = [field for field in model._meta.local_concrete_fields if _holds_text(model, field)]
        if not fields:
            continue
        found = Q()
        for path in paths:
            found |= Q(**{path: mask.participant})
        for field in fields:
            for address in mask.addresses:
                found |= Q(**{f"{field.name}__icontains": address})
        pks = set(model._default_manager.filter(found).values_list("pk", flat=True))
        for row in model._default_manager.filter(pk__in=pks):
            if _mask_row(row, fields, mask):
                mask.changed.add((model, row.pk))


def tables_of_people() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Our tables that lead to a participant, each with the look-ups that do."""
    for model in own_models():
        if model not in {Participant, Identity, Erasure} and (paths := _paths(model)):
            yield model, paths


def own_models() -> Iterator[type[models.Model]]:
    """Our tables; what editors write on pages is theirs."""
    for model in apps.get_models():
        if model.__module__.startswith(PACKAGE) and not issubclass(model, Node):
            yield model


def _paths(
    model: type[models.Model], before: tuple[type[models.Model], ...] = (), prefix: str = ""
) -> list[str]:
    found = []
    for field in model._meta.get_fields():
        is_key = field.concrete and (field.many_to_one or field.one_to_one)
        if not is_key:
            continue
        to = field.related_model
        path = f"{prefix}{field.name}"
        if to is Participant:
            found.append(path)
        elif to.__module__.startswith(PACKAGE) and to not in before and len(before) < MOST_STEPS:
            found += _paths(to, (*before, to), f"{path}__")
    return found


def _holds_text(model: type[models.Model], field: models.Field) -> bool:
    if field.name == "public_name" or (field.name == "name" and hasattr(model, "public_name")):
        return False  # a name alone may be a namesake's; whoever bears it is erased by their key
    if isinstance(field, models.EmailField | models.SlugField) or field.choices:
        return False
    return isinstance(field, models.CharField | models.TextField | models.JSONField)


def _mask_row(row: models.Model, fields: list[models.Field], mask: Mask) -> bool:
    language = getattr(row, "language", "")
    changed = {}
    for field in fields:
        before = getattr(row, field.attname)
        after = mask.over(before, language=language)
        if after != before:
            limit = getattr(field, "max_length", None)
            changed[field.name] = after[:limit] if isinstance(after, str) else after
    if not changed:
        return False
    type(row)._default_manager.filter(pk=row.pk).update(**changed)
    if isinstance(row, index.Indexed):
        row.refresh_from_db()
        index.insert_or_update_object(getattr(row, "specific", row))
    return True


def _known_by(participant: Participant) -> tuple[set[str], set[str]]:
    """Full names and addresses that we hold of the person. One name alone points to nobody."""
    names = {participant.name}
    addresses = {participant.email}
    if participant.user is not None:
        names.add(participant.user.get_full_name())
        addresses.add(participant.user.email)
    for model, paths in tables_of_people():
        if "participant" not in paths:
            continue
        own = model._default_manager.filter(participant=participant)
        for field in model._meta.concrete_fields:
            if isinstance(field, models.EmailField):
                addresses.update(own.values_list(field.name, flat=True))
            elif field.name in {"public_name", "name"}:
                names.update(own.values_list(field.name, flat=True))
    return {name for name in names if len(name.split()) > 1}, {a for a in addresses if a}
