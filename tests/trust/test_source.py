"""What the code must not contain: ways around escaping, around CSRF, and around the gate."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

import wagtail_borgerdialog
from wagtail_borgerdialog.contributions.models import Contribution

PACKAGE = Path(wagtail_borgerdialog.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = sorted(PACKAGE.rglob("*.html")) + sorted(PACKAGE.rglob("*.txt"))

BANNED_NAMES = {"mark_safe", "csrf_exempt", "RawSQL", "SafeData", "requires_csrf_token"}
BANNED_CALLS = {"extra", "raw", "executescript"}
# Where something of the kind is right, and why.
ALLOWED = {
    # Wagtail's search on PostgreSQL lacks an index that only SQL can make.
    ("migrations/0002_search_index.py", "execute"),
    # Mail programs end a follow with one click: a POST without a page before it (RFC 8058).
    ("notifications/views.py", "csrf_exempt"),
}
# Modules that answer citizens. Staff screens are scoped by ``StaffViewSet.items_for``.
PUBLIC = re.compile(r"(/views/|/views\.py|/pages\.py|/presenters\.py|/listing\.py|/links\.py)")


def _names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr


def _calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, node.func.attr


def _where(path: Path, line: int, name: str) -> str:
    return f"{path.relative_to(PACKAGE)}:{line} {name}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_python_goes_around_escaping_csrf_or_the_orm(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    relative = str(path.relative_to(PACKAGE))
    found = [
        _where(path, line, name)
        for line, name in _names(tree)
        if name in BANNED_NAMES and (relative, name) not in ALLOWED
    ]
    banned = BANNED_CALLS | {"execute"}
    found += [
        _where(path, line, name)
        for line, name in _calls(tree)
        if name in banned and (relative, name) not in ALLOWED
    ]
    assert found == []


def test_no_template_switches_escaping_off():
    unescaped = re.compile(r"\|\s*(safe|safeseq)\b|{%\s*autoescape\s+off|{%\s*filter\s+safe")
    plain_text = {path for path in TEMPLATES if path.suffix == ".txt"}
    found = [
        _where(path, number, line.strip())
        for path in TEMPLATES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if unescaped.search(line)
        and not (path in plain_text and re.search(r"{%\s*autoescape\s+off", line))
    ]
    assert found == []


def test_no_template_holds_a_script_a_style_or_a_handler():
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=[\"']|=\s*[\"']?javascript:", re.I
    )
    found = [
        _where(path, number, line.strip())
        for path in TEMPLATES
        if path.suffix == ".html" and "/mail/" not in str(path) and path.name != "mail.html"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if inline.search(line)
    ]
    assert found == []


def _citizens_models() -> set[str]:
    """What citizens fill: contributions of all kinds, and whatever hangs on them."""
    found = {model.__name__ for model in apps.get_models() if issubclass(model, Contribution)}
    for model in apps.get_models():
        if model._meta.app_label.startswith("borgerdialog"):
            related = {field.related_model for field in model._meta.fields if field.is_relation}
            if any(one and issubclass(one, Contribution) for one in related):
                found.add(model.__name__)
    return found


def test_the_models_that_citizens_fill_are_found():
    expected = {"Contribution", "Idea", "Proposal", "Comment", "Support", "Attachment"}
    assert expected <= _citizens_models()


def test_no_public_view_reads_everything():
    models = _citizens_models()
    found = []
    for path in SOURCES:
        if not PUBLIC.search(f"/{path.relative_to(PACKAGE)}"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Attribute) and node.attr == "all"):
                continue
            manager = node.value
            if isinstance(manager, ast.Attribute) and manager.attr in {
                "objects",
                "_default_manager",
                "_base_manager",
            }:
                owner = ast.unparse(manager.value)
                if owner in models:
                    found.append(_where(path, node.lineno, f"{owner}.{manager.attr}.all"))
    assert found == []
