"""Misconfiguration is found by ``manage.py check``, with a hint that says what to do."""

import difflib
from collections.abc import Sequence

from django.apps import AppConfig, apps
from django.conf import global_settings, settings
from django.contrib.auth import get_backends
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.conf import AppSettings, app_settings

REQUIRED_APPS = (
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
)
PACKAGE = "wagtail_borgerdialog"
CSRF_FAILURE = "wagtail_borgerdialog.views.csrf_failure"
GUARD = "wagtail_borgerdialog.middleware.InputGuardMiddleware"


def check_configuration(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """What must be right for the package to work at all."""
    found = _check_settings()
    if any(isinstance(message, Error) for message in found):
        return found
    missing = [name for name in REQUIRED_APPS if not apps.is_installed(name)]
    for name in [*missing, *_missing_rooms()]:
        found.append(
            Error(
                f"wagtail_borgerdialog needs {name}.",
                hint=f"Add {name!r} to INSTALLED_APPS.",
                id="borgerdialog.E001",
            )
        )
    if apps.is_installed("modelsearch"):
        found.append(
            Error(
                "'modelsearch' in INSTALLED_APPS silently stops Wagtail's search index.",
                hint="Remove it: 'wagtail.search' is enough.",
                id="borgerdialog.E004",
            )
        )
    try:
        import_string(app_settings.ADAPTER)
    except ImportError as error:
        found.append(
            Error(
                f"BORGERDIALOG_ADAPTER cannot be imported: {error}",
                hint="Give the dotted path of a subclass of DefaultParticipationAdapter.",
                id="borgerdialog.E005",
            )
        )
    try:
        reverse("borgerdialog:link", args=["purpose", "token"])
    except NoReverseMatch:
        found.append(
            Error(
                "The addresses of wagtail_borgerdialog are not mounted.",
                hint='Add path("deltag/", include("wagtail_borgerdialog.urls")) to your urls.py, '
                "before Wagtail's own line.",
                id="borgerdialog.E003",
            )
        )
    found += _check_signing_in()
    if GUARD not in settings.MIDDLEWARE:
        found.append(
            CheckWarning(
                "Malformed addresses can make pages fail with a server error.",
                hint=f"Add {GUARD!r} at the top of MIDDLEWARE.",
                id="borgerdialog.W001",
            )
        )
    if settings.CSRF_FAILURE_VIEW != CSRF_FAILURE:
        found.append(
            CheckWarning(
                "A form that was open for too long loses what the citizen wrote.",
                hint=f"Set CSRF_FAILURE_VIEW = {CSRF_FAILURE!r}; other forms keep Django's page.",
                id="borgerdialog.W005",
            )
        )
    return found


def _check_settings() -> list[CheckMessage]:
    """Values of the wrong kind, and names that no setting of ours has."""
    found: list[CheckMessage] = []
    known = app_settings.names()
    for name in known:
        try:
            getattr(app_settings, name)
        except (TypeError, ValueError):
            # The value is not shown: it may be a secret.
            found.append(
                Error(
                    f"BORGERDIALOG_{name} has a value of the wrong kind.",
                    hint=f"It holds: {getattr(AppSettings, name).__doc__.splitlines()[0]}",
                    id="borgerdialog.E006",
                )
            )
    prefix = app_settings.prefix
    given = [name.removeprefix(prefix) for name in dir(settings) if name.startswith(prefix)]
    for name in set(given) - set(known):
        near = difflib.get_close_matches(name, known, n=1)
        found.append(
            CheckWarning(
                f"There is no setting BORGERDIALOG_{name}.",
                hint=f"Is it BORGERDIALOG_{near[0]}?" if near else "Remove it.",
                id="borgerdialog.W009",
            )
        )
    return found


def _missing_rooms() -> list[str]:
    """Rooms that are imported but not installed: Django files their models under the root."""
    modules = [model.__module__ for model in apps.get_app_config("borgerdialog").get_models()]
    rooms = {module.split(".")[1] for module in modules if module.startswith(f"{PACKAGE}.")}
    return sorted(f"{PACKAGE}.{room}" for room in rooms - {"models"})


def _check_signing_in() -> list[CheckMessage]:
    """Whether a citizen finds allauth's pages, in our look or the site's, and gets in by e-mail."""
    if not all(apps.is_installed(name) for name in REQUIRED_APPS):
        return []  # E001 says so
    from allauth.account.auth_backends import AuthenticationBackend

    found: list[CheckMessage] = []
    try:
        get_adapter().login_url(next_url="/")
    except ImportError:
        pass  # E005 says so
    except NoReverseMatch:
        found.append(
            Error(
                "There is no page where citizens sign in.",
                hint='Add path("konto/", include("allauth.urls")) to your urls.py, before '
                "Wagtail's own line, or give another page in your adapter's login_url.",
                id="borgerdialog.E002",
            )
        )
    if not any(isinstance(backend, AuthenticationBackend) for backend in get_backends()):
        found.append(
            CheckWarning(
                "Citizens cannot sign in with their e-mail address.",
                hint="Add 'allauth.account.auth_backends.AuthenticationBackend' to "
                "AUTHENTICATION_BACKENDS.",
                id="borgerdialog.W006",
            )
        )
    if _is_allauths_own("account/login.html"):
        found.append(
            CheckWarning(
                "The pages where citizens sign in are allauth's bare ones.",
                hint="Add wagtail_borgerdialog.allauth_templates.DIR to the DIRS of TEMPLATES, or "
                "templates of your own.",
                id="borgerdialog.W007",
            )
        )
    return found


def _is_allauths_own(name: str) -> bool:
    try:
        template = get_template(name)
    except TemplateDoesNotExist:
        return False
    path = str(getattr(getattr(template, "origin", None), "name", ""))
    return path.startswith(apps.get_app_config("allauth").path)


def check_deployment(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """What must be right before real people take part."""
    found: list[CheckMessage] = []
    if not getattr(settings, "BORGERDIALOG_PERSON_KEY_SECRET", ""):
        found.append(
            CheckWarning(
                "Persons are recognised under SECRET_KEY.",
                hint="Set BORGERDIALOG_PERSON_KEY_SECRET to a secret of its own, and keep old ones "
                "in BORGERDIALOG_PERSON_KEY_SECRET_FALLBACKS.",
                id="borgerdialog.W002",
            )
        )
    backend = getattr(settings, "TASKS", {}).get("default", {}).get("BACKEND", "")
    if not backend or backend.endswith("ImmediateBackend"):
        found.append(
            CheckWarning(
                "Mails are sent while the citizen waits.",
                hint="Configure TASKS with a database backend and a worker, and let cron run "
                "'manage.py borgerdialog_send_mail'.",
                id="borgerdialog.W003",
            )
        )
    if getattr(settings, "WAGTAIL_GRAVATAR_PROVIDER_URL", "") is not None:
        found.append(
            CheckWarning(
                "Wagtail's admin asks gravatar.com about every colleague's e-mail address.",
                hint="Set WAGTAIL_GRAVATAR_PROVIDER_URL = None.",
                id="borgerdialog.W004",
            )
        )
    if settings.DEFAULT_FROM_EMAIL == global_settings.DEFAULT_FROM_EMAIL:
        found.append(
            CheckWarning(
                f"Citizens get mail from {settings.DEFAULT_FROM_EMAIL}.",
                hint="Set DEFAULT_FROM_EMAIL to an address of yours.",
                id="borgerdialog.W008",
            )
        )
    return found
