"""The Danish catalogue is complete, and what is compiled is what is written."""

import ast
import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

import wagtail_borgerdialog

PACKAGE = Path(wagtail_borgerdialog.__file__).parent
CATALOGUE = Path("locale/da/LC_MESSAGES/django.po")
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<[^>]+>")


@pytest.fixture(scope="module")
def written() -> polib.POFile:
    return polib.pofile(str(PACKAGE / CATALOGUE))


def messages(catalogue: polib.POFile) -> set[tuple[str, str, str]]:
    return {(m.msgctxt or "", m.msgid, m.msgid_plural) for m in catalogue if not m.obsolete}


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs gettext: apt-get install gettext")
def test_every_message_in_the_code_is_in_the_catalogue(tmp_path, written):
    copy = tmp_path / "package"
    shutil.copytree(
        PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "testing", "migrations")
    )
    manage = Path(settings.BASE_DIR) / "manage.py"
    subprocess.run(
        [
            sys.executable,
            manage,
            "makemessages",
            "-l",
            "da",
            "--no-location",
            "--no-wrap",
            "-v",
            "0",
        ],
        cwd=copy,
        check=True,
    )

    found = messages(polib.pofile(str(copy / CATALOGUE)))

    assert found - messages(written) == set()
    assert messages(written) - found == set()


def test_no_message_hides_in_an_f_string_where_the_catalogue_cannot_find_it():
    found = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}"
        for path in PACKAGE.rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in GETTEXT
    ]
    assert found == []


def test_every_message_is_translated_and_none_is_a_guess(written):
    assert [m.msgid for m in written.untranslated_entries()] == []
    assert [m.msgid for m in written.fuzzy_entries()] == []


def test_every_placeholder_survives_the_translation(written):
    wrong = []
    for message in written:
        for text in [message.msgstr, *message.msgstr_plural.values()]:
            asked = set(PLACEHOLDER.findall(message.msgid + (message.msgid_plural or "")))
            if text and not set(PLACEHOLDER.findall(text)) <= asked:
                wrong.append(message.msgid)
            if text and not message.msgid_plural and set(PLACEHOLDER.findall(text)) != asked:
                wrong.append(message.msgid)
    assert wrong == []


def test_what_is_compiled_is_what_is_written(written):
    with (PACKAGE / CATALOGUE.with_suffix(".mo")).open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    stale = []
    for message in written:
        if message.msgctxt:
            same = compiled.pgettext(message.msgctxt, message.msgid) == message.msgstr
        elif message.msgid_plural:
            same = all(
                compiled.ngettext(message.msgid, message.msgid_plural, n) == text
                for n, text in ((1, message.msgstr_plural[0]), (2, message.msgstr_plural[1]))
            )
        else:
            same = compiled.gettext(message.msgid) == message.msgstr
        if not same:
            stale.append(message.msgid)
    assert stale == [], "run msgfmt"
