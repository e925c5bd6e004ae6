"""Whatever is sent to whatever address of ours: a clear answer, and nothing broken is stored."""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import models
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from tests.trust.browser import Form, fill, forms
from tests.trust.rows import ROWS, Row
from tests.trust.world import HOST_A, Case, World
from wagtail_borgerdialog.contributions.models import Attachment, Contribution, Visibility

pytestmark = pytest.mark.django_db

HUGE = "9" * 31
ZALGO = "Z" + "\u0335\u0321\u0489" * 400 + "algo"
MANY_WORDS = " ".join(f"ord{n}" for n in range(200))
TEXTS = {
    "NUL": "før\x00efter",
    "controls": "a\x07b\x1b[31mc\x85d\u2028e",
    "bidi": "gnp.\u202eexe\u2066kode\u2069",
    "zalgo": ZALGO,
    "invisible": "\u200b\u2060\ufeff" * 50,
    "formula": '=HYPERLINK("http://a.example";"x")',
    "tab formula": "\t=1+1",
    "header injection": "Navn\r\nBcc: alle@example.dk\r\n\r\nHej",
    "huge number": HUGE,
    "negative": "-1",
    "float": "1e999",
    "many words": MANY_WORDS,
    "nested": '{"a":' * 3000,
    "sql": "' OR 1=1; --",
    "template": "{{ 7|add:7 }}{% debug %}%(x)s %n {0}",
    "markup": "<script>__pwned()</script><svg onload=__pwned()>",
    "long address": f"{'a' * 400}@example.dk",
    "odd address": '"a b\\"c"@example.dk',
    "unicode address": "bjørn@æøå.example.dk",
    "noncharacter": "\ufffe\uffff\U0001fffe",
    "quotation mark": '"',
    "search syntax": 'title:a AND "b" NEAR(c d) ^e -f g* {h',
    "reference": "2026-00001",
    "uuid": "00000000-0000-0000-0000-000000000000",
}
RAW = {
    "NUL": "%00",
    "broken UTF-8": "%ff%fe",
    "cut UTF-8": "%c3",
    "lone surrogate": "%ED%A0%80",
    "overlong": "%C0%AE",
}
PARAMETERS = (
    "q",
    "sort",
    "status",
    "area",
    "category",
    "after",
    "before",
    "comments_after",
    "comments_before",
    "parent",
    "page",
    "p",
    "key",
    "sent",
    "done",
    "step",
    "choice",
    "id",
    "export",
    "ordering",
    "contribution",
    "activity",
    "visibility",
    "channel",
    "kind",
    "submitted_at_from",
    "submitted_at_to",
    "next",
)
# RFC 8058: a mail program posts here for the reader, without cookie or form. The signed address
# says all there is to say, so nothing of what is sent along is read.
ONE_CLICK = "borgerdialog:unfollow"
SEGMENTS = (
    HUGE,
    "-1",
    "0",
    "2026-" + "9" * 12,
    "２０２６-00001",
    "%F0%9F%92%A9",
    "a" * 3000,
    "..%2f..%2fetc",
    "%0d%0aX-Injected:1",
    "eyJhIjoxfQ:1abc:x",
    *RAW.values(),
)


class Sent:
    """What is sent, and every answer that is not a clear one."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.answers = 0
        self._raised: list[BaseException] = []

    def __enter__(self) -> "Sent":
        got_request_exception.connect(self._note)
        return self

    def __exit__(self, *args: object) -> None:
        got_request_exception.disconnect(self._note)

    def _note(self, sender: object, request: object, **kwargs: object) -> None:
        import sys

        self._raised.append(sys.exc_info()[1])

    def check(self, what: str, response: HttpResponse) -> HttpResponse:
        self.answers += 1
        if response.status_code >= 500 or self._raised:
            raised = ", ".join(repr(error)[:300] for error in self._raised)
            self.problems.append(f"{what}: {response.status_code} {raised}")
        if "X-Injected" in response:
            self.problems.append(f"{what}: a header was injected")
        self._raised.clear()
        return response

    def assert_clear(self, *, at_least: int) -> None:
        assert self.problems == [], "\n".join([str(len(self.problems)), *self.problems[:40]])
        assert self.answers >= at_least


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def targets(world: World, *, is_staff: bool) -> Iterator[tuple[str, Row, Case, str]]:
    """One address of each row, about something that everybody reads or that staff decide.

    Wagtail's own screens for what editors configure are Wagtail's to test.
    """
    for name, row in ROWS.items():
        if row.is_staff != is_staff or "snippet" in name or name.endswith(":delete"):
            continue
        cases = [case for case in row.cases(world) if case.place == "open"]
        cases.sort(key=lambda case: not case.is_visible)
        for case in cases:
            if addresses := row.address(world, case):
                yield name, row, case, path_of(addresses[0])
                break


def screens(world: World, *, is_staff: bool) -> Iterator[tuple[str, Row, Case, str]]:
    """:func:`targets`, with one decision for all those that share a view."""
    known = set()
    for name, *rest in targets(world, is_staff=is_staff):
        view = name.rpartition(":")[0] if name.startswith(("action:", "bulk:")) else name
        if view not in known:
            known.add(view)
            yield name, *rest


def mixed(names: Iterable[str], turn: int) -> dict[str, str]:
    """Another hostile text for each name; with each ``turn`` they move on by one.

    Without NUL, for which the whole request is refused.
    """
    texts = [text for text in TEXTS.values() if "\x00" not in text]
    return {name: texts[(number + turn) % len(texts)] for number, name in enumerate(names)}


def browser(world: World, row: Row, case: Case) -> Client:
    if row.is_staff:
        return world.client(world.staff["superuser"])
    if row.expect.__name__ == "own":
        return world.client(case.user, HOST_A)
    return world.client(None, HOST_A)


@pytest.fixture
def clients(world: World) -> Callable[[Row, Case], Client]:
    known: dict[object, Client] = {}

    def client(row: Row, case: Case) -> Client:
        key = (row.is_staff, case if row.expect.__name__ == "own" else None)
        if key not in known:
            known[key] = browser(world, row, case)
        return known[key]

    return client


@pytest.fixture(params=[False, True], ids=["citizens", "staff"])
def is_staff(request: pytest.FixtureRequest) -> bool:
    return request.param


def test_every_row_is_tried(world, is_staff):
    tried = {name for name, *_rest in targets(world, is_staff=is_staff)}
    ours = {name for name in ROWS if "snippet" not in name and not name.endswith(":delete")}
    assert tried == {name for name in ours if ROWS[name].is_staff == is_staff}


def test_no_query_breaks_a_page(world, clients, is_staff):
    turns = range(0, len(TEXTS), 3 if is_staff else 1)
    with Sent() as sent:
        for name, row, case, path in screens(world, is_staff=is_staff):
            client, mark = clients(row, case), "&" if "?" in path else "?"
            for turn in turns:
                query = urlencode(mixed(PARAMETERS, turn))
                response = client.get(f"{path}{mark}{query}")
                assert response.status_code != 400, "refused unread"
                sent.check(f"{name} turn {turn}", response)
            for label, raw in RAW.items():
                response = client.get(f"{path}{mark}q={raw}&after={raw}")
                sent.check(f"{name}?{label}", response)
                assert response.status_code == 400, f"{name}?{label}"
            twice = urlencode([("q", "a"), ("q", "b"), ("sort[]", "x"), ("id[a][b]", "1")])
            sent.check(f"{name} repeated", client.get(f"{path}{mark}{twice}"))
    sent.assert_clear(at_least=250)


def test_no_single_parameter_breaks_a_list(world, clients, is_staff):
    """Alone, so that no other parameter is refused first."""
    lists = (":list", ":index_route", ":idea", ":proposal", ":similar")
    labels = ("huge number",) if is_staff else ("huge number", "controls", "nested")
    with Sent() as sent:
        for name, row, case, path in screens(world, is_staff=is_staff):
            if name.endswith(lists):
                client = clients(row, case)
                for parameter in PARAMETERS:
                    for label in labels:
                        query = urlencode({parameter: TEXTS[label]})
                        sent.check(f"{name}?{parameter}={label}", client.get(f"{path}?{query}"))
    sent.assert_clear(at_least=100)


def test_no_address_breaks(world, clients, is_staff):
    with Sent() as sent:
        for name, row, case, path in screens(world, is_staff=is_staff):
            client = clients(row, case)
            parts = path.partition("?")[0].strip("/").split("/")
            for number in range(len(parts) - 2 if is_staff else 1, len(parts)):
                for segment in SEGMENTS[:: 3 if is_staff else 1]:
                    changed = [*parts[:number], segment, *parts[number + 1 :]]
                    response = client.get("/" + "/".join(changed) + "/")
                    sent.check(f"{name} /{'/'.join(changed)[:80]}/", response)
    sent.assert_clear(at_least=150)


def test_wrong_methods_and_content_types_get_a_clear_answer(world, clients, is_staff):
    with Sent() as sent:
        for name, row, case, path in screens(world, is_staff=is_staff):
            client = clients(row, case)
            for method in ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
                sent.check(f"{method} {name}", client.generic(method, path))
            for content_type, body in [
                ("application/json", json.dumps({"step": "send", "title": ["x"]})),
                ("application/json", "[" * 5000),
                ("application/xml", "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a/>"),
                ("text/plain", "step=send"),
                ("multipart/form-data", "no boundary"),
                ("multipart/form-data; boundary=x", "--x\r\nbroken"),
                ("application/x-www-form-urlencoded; charset=utf-7", "step=+2AA-"),
                ("application/x-www-form-urlencoded", "step=%ED%A0%80&title=%ff%00&body=%c3"),
                ("", ""),
            ]:
                response = client.generic("POST", path, body, content_type=content_type)
                sent.check(f"POST {name} as {content_type}", response)
    sent.assert_clear(at_least=300)


def test_no_form_is_taken_without_its_token(world, is_staff):
    taken = []
    for name, row, case, path in targets(world, is_staff=is_staff):
        if "POST" not in row.methods:
            continue
        client = browser(world, row, case)
        client.handler.enforce_csrf_checks = True
        for more in ({}, {"headers": {"origin": "https://evil.example"}}):
            response = client.post(path, {"step": "send", "choice": "confirm"}, **more)
            if response.status_code != 403:
                taken.append(name)
    assert set(taken) == (set() if is_staff else {ONE_CLICK})


# -- forms ------------------------------------------------------------------------------


def send_all(
    sent: Sent, client: Client, name: str, path: str, typed: Callable[[str], str], label: str
) -> None:
    """Fill in the forms at ``path``, press each button, and go on with what comes back once."""
    page = sent.check(f"GET {name}", client.get(path))
    seen = 0
    queue: list[tuple[str, Form]] = [(path, form) for form in forms(page)]
    while queue and seen < 8:
        seen += 1
        here, form = queue.pop(0)
        target = path_of(form.action) if form.action else here
        response = client.post(target, fill(form, typed))
        sent.check(f"POST {name} {label}", response)
        if response.status_code == 200 and seen < 4:
            queue += [(here, again) for again in forms(response) if not again.typed]


def typing(text: str, *, address: str = "") -> Callable[[str], str]:
    """``text`` in every field; a usable address where ``address`` is one, and one is asked for."""

    def typed(name: str) -> str:
        return address if address and name.endswith("email") else text

    return typed


@pytest.mark.parametrize("turn", range(0, len(TEXTS), 3))
def test_no_text_breaks_a_form(world, clients, is_staff, turn):
    with Sent() as sent:
        for name, row, case, path in screens(world, is_staff=is_staff):
            if "POST" not in row.methods:
                continue
            names: list[str] = []

            def typed(field: str, names: list[str] = names) -> str:
                names.append(field)
                return list(TEXTS.values())[(len(names) + turn) % len(TEXTS)]

            send_all(sent, clients(row, case), name, path, typed, f"turn {turn}")
    sent.assert_clear(at_least=20)


def test_no_choice_breaks_a_form(world, clients, is_staff):
    with Sent() as sent:
        for name, row, case, path in screens(world, is_staff=is_staff):
            if "POST" not in row.methods:
                continue
            client = clients(row, case)
            for form in forms(client.get(path)):
                for value in (HUGE, "x\x00", "-1", "[]"):
                    broken = fill(form, typing("Hej")) | {one: [value] for one in form.chosen}
                    sent.check(f"{name} chosen={value[:10]}", client.post(path, broken))
                    hidden = {key: [value, value] for key in form.values}
                    sent.check(f"{name} hidden={value[:10]}", client.post(path, hidden))
    sent.assert_clear(at_least=60)


def test_texts_of_three_megabytes_are_refused(world, clients):
    with Sent() as sent:
        for name, row, case, path in targets(world, is_staff=False):
            if "POST" in row.methods and name != ONE_CLICK:
                response = clients(row, case).post(path, {"title": "x" * 3_000_000, "step": "send"})
                sent.check(name, response)
                assert response.status_code in {403, 404, 410, 413}, name
    sent.assert_clear(at_least=10)


# -- what is stored -----------------------------------------------------------------------

# Controls but for tabs and line ends, lone surrogates, bidirectional overrides, noncharacters.
UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
PILED_UP = re.compile("[\u0300-\u036f\u0483-\u0489]{11}")


def stored_texts() -> Iterator[tuple[str, str]]:
    for config in apps.get_app_configs():
        if not config.label.startswith("borgerdialog"):
            continue
        for model in config.get_models():
            names = [
                field.name
                for field in model._meta.concrete_fields
                if isinstance(field, models.CharField | models.TextField)
            ]
            for row in model._default_manager.values_list("pk", *names):
                for name, value in zip(names, row[1:], strict=True):
                    yield f"{model._meta.label}.{name} {row[0]}", str(value or "")


def test_what_is_stored_is_clean(world, clients):
    before = Contribution.objects.count()
    with Sent() as sent:
        for label, text in TEXTS.items():
            address = f"ren-{re.sub('[^a-z]', '', label)}@example.dk"
            for name, row, case, path in targets(world, is_staff=False):
                if name in {"ideas:new", "borgerdialog:comment", "ideas:help", "proposals:new"}:
                    send_all(
                        sent,
                        clients(row, case),
                        name,
                        path,
                        typing(f"Hej {text}"[:100], address=address),
                        label,
                    )
    sent.assert_clear(at_least=60)
    assert Contribution.objects.count() > before, "nothing was stored, so nothing is shown"
    dirty = [where for where, text in stored_texts() if UNCLEAN.search(text)]
    assert dirty == []
    assert [where for where, text in stored_texts() if PILED_UP.search(text)] == []


def test_staff_can_list_and_export_what_got_in_all_the_same(world):
    """Rows from an import or an older version: nothing that a database holds breaks a screen."""
    rows = list(world.only(state=Visibility.VISIBLE, place="open"))
    nasty = "=1+1\x07\x0b\u202e<script>\ufffe" + ZALGO[:60]
    for case in rows:
        Contribution.objects.filter(pk=case.obj.pk).update(
            title=nasty[:140], body=nasty, public_name=nasty[:100], address=nasty[:100]
        )
        type(case.parts["comment"]).objects.filter(pk=case.parts["comment"].pk).update(body=nasty)
        Attachment.objects.filter(pk=case.parts["file"].pk).update(name=f"a\r\nb\x07{nasty[:40]}")
    client = world.client(world.staff["superuser"])
    with Sent() as sent:
        for name, row in ROWS.items():
            if row.is_staff and "snippet" not in name:
                for case in rows:
                    if case.kind in row.about:
                        for address in row.address(world, case):
                            response = sent.check(name, client.get(path_of(address)))
                            _ = b"".join(response) if response.streaming else response.content
        for case in rows:
            for name in ("ideas:idea", "proposals:proposal", "borgerdialog:file"):
                if case.kind in ROWS[name].about:
                    for address in ROWS[name].address(world, case):
                        response = sent.check(name, client.get(path_of(address)))
                        assert "\n" not in response.get("Content-Disposition", "")
    sent.assert_clear(at_least=60)


# -- files --------------------------------------------------------------------------------


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "green").save(file, kind)
    return file.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>__pwned()</script></svg>'
FILES = {
    "SVG with a script": ("a.svg", SVG, "image/svg+xml"),
    "SVG as a picture": ("a.png", SVG, "image/png"),
    "truncated JPEG": ("a.jpg", picture("JPEG")[:200], "image/jpeg"),
    "truncated PNG": ("a.png", picture("PNG")[:60], "image/png"),
    "only a head": ("a.png", b"\x89PNG\r\n\x1a\n", "image/png"),
    "HTML as a PDF": ("a.pdf", b"<html><script>__pwned()</script>", "application/pdf"),
    "PDF head, HTML body": ("a.pdf", b"%PDF-1.4\n<script>__pwned()</script>", "application/pdf"),
    "PDF that acts": (
        "a.pdf",
        b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
        "application/pdf",
    ),
    "nothing": ("a.jpg", b"", "image/jpeg"),
    "a program": ("a.exe", b"MZ" + b"\x00" * 500, "image/png"),
    "a bomb": ("a.gif", b"GIF89a\xff\xff\xff\xff\x80\x00\x00" + b"\x00" * 40, "image/gif"),
    "PHP": ("../../a.php\x00.jpg", b"<?php phpinfo(); ?>", "image/jpeg"),
    "a name with everything": (
        f'\u202egnp.\r\nX: y;"{"n" * 500}.jpg',
        picture("JPEG")[:150],
        "image/jpeg",
    ),
}


@pytest.mark.parametrize("label", FILES)
def test_no_bad_file_is_stored(world, label):
    (case,) = world.only(kind="ideas", place="open", state=Visibility.PENDING)
    (address,) = ROWS["ideas:thanks"].address(world, case)
    path, client = path_of(address), world.client(None)
    before = Attachment.objects.count()
    (form, *_rest) = [form for form in forms(client.get(path)) if form.files]
    name, data, content_type = FILES[label]
    values = {**form.values, f"{form.files[0]}_alt": ["En bænk"]}
    with Sent() as sent:
        upload = SimpleUploadedFile(name, data, content_type)
        response = sent.check(label, client.post(path, {**values, form.files[0]: upload}))
        assert response.status_code in {200, 400}
    sent.assert_clear(at_least=1)
    assert Attachment.objects.count() == before


def test_a_good_picture_is_stored(world):
    """So that the refusals above say something."""
    (case,) = world.only(kind="ideas", place="open", state=Visibility.PENDING)
    (address,) = ROWS["ideas:thanks"].address(world, case)
    path, client = path_of(address), world.client(None)
    before = Attachment.objects.count()
    (form, *_rest) = [form for form in forms(client.get(path)) if form.files]
    upload = SimpleUploadedFile("baenk.jpg", picture("JPEG"), "image/jpeg")
    client.post(path, {**form.values, form.files[0]: upload, f"{form.files[0]}_alt": ["En bænk"]})
    assert Attachment.objects.count() == before + 1


def test_hostile_text_never_becomes_markup(world, clients):
    marker = "<script>__pwned()</script>"
    with Sent() as sent:
        for name, row, case, path in targets(world, is_staff=False):
            mark = "&" if "?" in path else "?"
            query = f"{path}{mark}{urlencode(dict.fromkeys(PARAMETERS, marker))}"
            response = sent.check(name, clients(row, case).get(query))
            body = b"" if response.streaming else response.content
            assert marker.encode() not in body, name
            assert quote(marker).encode() not in body or b"<script>__pwned" not in body, name
    sent.assert_clear(at_least=20)
