"""What a citizen does in a browser: open a page, fill in what it shows, press the button."""

from bs4 import BeautifulSoup
from django.apps import apps
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation

OWN_APPS = ("borgerdialog", "borgerdialog_people", "borgerdialog_contributions")


def address(name: str, *args: object) -> str:
    """The address of one of our pages in English, whose words do not hang on a catalogue."""
    with translation.override("en"):
        return reverse(f"borgerdialog:{name}", args=args)


def page(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def words(response: HttpResponse) -> str:
    """All that the main part of a page says, on one line."""
    return " ".join(page(response).find(class_="bd").get_text(" ").split())


def heading(response: HttpResponse) -> str:
    (found,) = page(response).find_all("h1")
    return " ".join(found.get_text().split())


def asked(response: HttpResponse) -> set[str]:
    """The names of the inputs that a person sees in the form."""
    form = page(response).find("form", class_="bd-form")
    inputs = form.select("input:not([type=hidden]), textarea, select")
    return {field["name"] for field in inputs if not field.find_parent(class_="bd-honeypot")}


def send(client: Client, url: str, **typed: object) -> HttpResponse:
    """Open ``url``, fill in its form with ``typed`` and send it."""
    return client.post(url, {**hidden(client.get(url)), **typed})


def hidden(response: HttpResponse) -> dict[str, str]:
    form = page(response).find("form", class_="bd-form")
    assert form is not None, words(response)
    return {field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")}


def everything() -> dict[str, list[dict[str, object]]]:
    """All rows of the ground floors, to show that something changed nothing."""
    found: dict[str, list[dict[str, object]]] = {}
    for label in OWN_APPS:
        for model in apps.get_app_config(label).get_models():
            assert issubclass(model, models.Model)
            found[model._meta.label] = list(model._default_manager.order_by("pk").values())
    return found
