"""A browser without JavaScript: it fills in the forms that pages show, and presses every button."""

import dataclasses
from collections.abc import Callable

from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse

# What a person types, and so what an attacker can put anything into.
TYPED = {"text", "search", "email", "url", "tel", "number", "date", "datetime-local", ""}


@dataclasses.dataclass(frozen=True)
class Form:
    """What a form of a page would send with one of its buttons."""

    action: str
    values: dict[str, list[str]]
    typed: tuple[str, ...]
    chosen: tuple[str, ...]
    files: tuple[str, ...]


def forms(response: HttpResponse) -> list[Form]:
    """The POST forms of our part of a page, once for each button."""
    if response.streaming or "html" not in response.get("Content-Type", ""):
        return []
    page = BeautifulSoup(response.content, "html.parser")
    found = []
    for form in page.find_all("form"):
        if form.get("method", "get").lower() != "post" or "logout" in form.get("action", ""):
            continue
        buttons = form.select("button[name], input[type=submit][name]") or [None]
        found += [_form(form, button) for button in buttons]
    return found


def _form(form: Tag, button: Tag | None) -> Form:
    values: dict[str, list[str]] = {}
    typed, chosen, files = [], [], []
    for field in form.select("input[name], textarea[name], select[name]"):
        name, kind = field["name"], field.get("type", "").lower()
        if field.name == "select":
            options = [option.get("value", "") for option in field.find_all("option")]
            values[name] = [next((one for one in options if one), "")]
            chosen.append(name)
        elif kind in {"radio", "checkbox"}:
            values.setdefault(name, [field.get("value", "on")])
            chosen.append(name)
        elif kind == "file":
            files.append(name)
        elif kind in {"submit", "button"}:
            continue
        else:
            values[name] = [field.get("value", field.get_text())]
            if field.name == "textarea" or kind in TYPED:
                typed.append(name)
    if button is not None:
        values[button["name"]] = [button.get("value", "")]
    honest = [name for name in typed if name != "homepage"]
    return Form(form.get("action", ""), values, tuple(honest), tuple(chosen), tuple(files))


def fill(form: Form, typed: Callable[[str], str]) -> dict[str, list[str]]:
    """What is sent when every field that one types in holds ``typed(name)``."""
    return {**form.values, **{name: [typed(name)] for name in form.typed}}
