import datetime
import re

import pytest
from django import forms
from django.contrib.contenttypes.models import ContentType

from wagtail_borgerdialog.form_fields import PlainLineField
from wagtail_borgerdialog.spam import HoneypotMixin

NOON = datetime.datetime(2026, 3, 12, 12, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


class IdeaForm(HoneypotMixin, forms.Form):
    title = PlainLineField(max_length=20)


def filled_in(*, prefix=None, **typed):
    """What a browser sends back of a form that was shown at noon."""
    form = IdeaForm(at=NOON, prefix=prefix)
    sent = {form.add_prefix(name): form[name].value() or "" for name in form.fields}
    sent.update({form.add_prefix(name): value for name, value in typed.items()})
    return sent


def signs(sent, *, after=MINUTE):
    return IdeaForm(sent, at=NOON + after).spam_signs


def test_a_person_who_takes_a_minute_is_no_spammer():
    form = IdeaForm(filled_in(title="En bænk"), at=NOON + MINUTE)
    assert form.is_valid()
    assert not form.looks_like_spam


@pytest.mark.parametrize(
    ("typed", "after", "expected"),
    [
        ({"homepage": "https://example.com"}, MINUTE, ["filled"]),
        ({}, datetime.timedelta(seconds=1), ["fast"]),
        ({}, datetime.timedelta(seconds=-600), ["fast"]),
        ({}, datetime.timedelta(days=3), ["stale"]),
        ({"started": ""}, MINUTE, ["unsigned"]),
        ({"started": "1773316800:made-up"}, MINUTE, ["unsigned"]),
        ({"started": "\x00\ud800" * 9}, MINUTE, ["unsigned"]),
        ({"homepage": "x", "started": "x"}, MINUTE, ["filled", "unsigned"]),
    ],
)
def test_a_sign_is_noticed_and_the_form_stays_valid(typed, after, expected):
    sent = filled_in(title="En bænk", **typed)
    assert signs(sent, after=after) == expected
    form = IdeaForm(sent, at=NOON + after)
    assert form.is_valid(), form.errors
    assert form.looks_like_spam
    assert form.cleaned_data == {"title": "En bænk"}


def test_correcting_an_error_takes_no_longer_than_typing_did():
    sent = filled_in(title="")
    again = IdeaForm(sent, at=NOON + MINUTE)
    assert not again.is_valid()
    shown = re.search(r'name="started" value="([^"]+)"', str(again))[1]
    corrected = IdeaForm(
        {"title": "En bænk", "started": shown}, at=NOON + MINUTE + datetime.timedelta(seconds=1)
    )
    assert not corrected.looks_like_spam


def test_an_unsent_form_shows_no_sign():
    assert not IdeaForm(at=NOON).looks_like_spam


def test_a_form_with_a_prefix_reads_its_own_fields():
    sent = filled_in(prefix="idea", title="En bænk", homepage="x")
    form = IdeaForm(sent, at=NOON + MINUTE, prefix="idea")
    assert form.spam_signs == ["filled"]


def test_the_two_fields_come_with_the_hidden_ones_of_any_template():
    form = IdeaForm(at=NOON)
    assert [field.name for field in form.visible_fields()] == ["title"]
    assert [field.name for field in form.hidden_fields()] == ["homepage", "started"]


def test_nobody_meets_the_empty_field_by_keyboard_or_screen_reader():
    html = str(IdeaForm(at=NOON)["homepage"])
    assert re.search(r"<div[^>]* hidden>", html)
    assert 'tabindex="-1"' in html
    assert 'autocomplete="off"' in html
    label_for = re.search(r'<label for="([^"]+)"', html)[1]
    assert f'id="{label_for}"' in html


def test_what_was_typed_into_it_is_escaped():
    html = str(IdeaForm({"homepage": '"><script>\ud800', "title": "x"}, at=NOON)["homepage"])
    html.encode("utf-8")
    assert "<script" not in html


def test_the_two_fields_are_no_change_and_reach_no_model():
    class KindForm(HoneypotMixin, forms.ModelForm):
        class Meta:
            model = ContentType
            fields = ["model"]

    form = KindForm({"model": "idea", "homepage": "", "started": ""}, at=NOON)
    assert form.changed_data == ["model"]
    form.is_valid()
    assert set(form.cleaned_data) <= {"model"}
