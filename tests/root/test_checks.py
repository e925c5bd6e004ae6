"""A forgotten step of the installation is named by ``manage.py check``, with what to do."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.core import checks
from django.test import override_settings
from django.urls import include, path

from tests import settings as complete
from wagtail_borgerdialog.checks import check_configuration, check_deployment
from wagtail_borgerdialog.conf import app_settings


class WithoutAccounts:
    urlpatterns = [path("deltag/", include("wagtail_borgerdialog.urls"))]


class WithoutParticipation:
    urlpatterns = [path("konto/", include("allauth.urls"))]


def found(check=check_configuration) -> dict[str, checks.CheckMessage]:
    return {str(message.id): message for message in check(None)}


def pretend(monkeypatch, *, name: str, installed: bool) -> None:
    known = apps.is_installed
    monkeypatch.setattr(apps, "is_installed", lambda app: installed if app == name else known(app))


def test_the_installation_page_leaves_nothing_to_say():
    assert found() == {}


@pytest.mark.parametrize(
    "name",
    [
        "wagtail.contrib.routable_page",
        "wagtail.contrib.settings",
        "allauth",
        "allauth.account",
        "allauth.socialaccount",
    ],
)
def test_an_app_that_is_missing_is_named(monkeypatch, name):
    pretend(monkeypatch, name=name, installed=False)
    assert name in found()["borgerdialog.E001"].hint


def test_a_room_that_is_used_but_not_installed_is_named(monkeypatch):
    astray = SimpleNamespace(__module__="wagtail_borgerdialog.people.models")
    monkeypatch.setattr(apps.get_app_config("borgerdialog"), "get_models", lambda: [astray])
    assert "wagtail_borgerdialog.people" in found()["borgerdialog.E001"].hint


def test_an_app_that_stops_the_search_index_is_named(monkeypatch):
    pretend(monkeypatch, name="modelsearch", installed=True)
    assert found()["borgerdialog.E004"].hint


WITHOUT_OUR_TEMPLATES = [
    {**engine, "DIRS": [name for name in engine["DIRS"] if "allauth" not in str(name)]}
    for engine in complete.TEMPLATES
]


@pytest.mark.parametrize(
    ("forgotten", "id"),
    [
        ({"ROOT_URLCONF": WithoutAccounts}, "E002"),
        ({"BORGERDIALOG_ADAPTER": "mysite.participation.Adaptor"}, "E005"),
        ({"ROOT_URLCONF": WithoutParticipation}, "E003"),
        ({"MIDDLEWARE": settings.MIDDLEWARE[1:]}, "W001"),
        ({"CSRF_FAILURE_VIEW": "django.views.csrf.csrf_failure"}, "W005"),
        ({"AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"]}, "W006"),
        ({"TEMPLATES": WITHOUT_OUR_TEMPLATES}, "W007"),
    ],
)
def test_a_forgotten_line_is_named_with_what_to_do(forgotten, id):
    with override_settings(**forgotten):
        assert found()[f"borgerdialog.{id}"].hint


@pytest.mark.parametrize(
    "wrong",
    [
        {"BORGERDIALOG_CONFIRM_LINK_DAYS": "to uger"},
        {"BORGERDIALOG_MAIL_TIMEOUT": None},
        {"BORGERDIALOG_EID_PROVIDERS": 7},
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_what_belongs_there(wrong):
    with override_settings(**wrong):
        message = found()["borgerdialog.E006"]
    assert next(iter(wrong)) in message.msg
    assert message.hint


def test_a_setting_with_a_misspelled_name_is_named_with_the_right_one():
    with override_settings(BORGERDIALOG_EID_PROVIDER=["mitid"]):
        assert "BORGERDIALOG_EID_PROVIDERS?" in found()["borgerdialog.W009"].hint
    with override_settings(BORGERDIALOG_ZZZ=1):
        assert found()["borgerdialog.W009"].hint


@pytest.mark.parametrize("value", ["mitid", ["mitid"], ("mitid",), {"mitid"}])
def test_one_name_or_several_can_be_given_in_any_shape(value):
    with override_settings(BORGERDIALOG_EID_PROVIDERS=value):
        assert app_settings.EID_PROVIDERS == ("mitid",)


@pytest.mark.parametrize(
    ("left", "id"),
    [
        ({"BORGERDIALOG_PERSON_KEY_SECRET": ""}, "W002"),
        ({"TASKS": {"default": {"BACKEND": "django_tasks.backends.ImmediateBackend"}}}, "W003"),
        ({"WAGTAIL_GRAVATAR_PROVIDER_URL": "//www.gravatar.com/avatar"}, "W004"),
        ({"DEFAULT_FROM_EMAIL": "webmaster@localhost"}, "W008"),
    ],
)
def test_what_is_left_to_do_before_people_take_part_is_named(left, id):
    with override_settings(**left):
        assert found(check_deployment)[f"borgerdialog.{id}"].hint
