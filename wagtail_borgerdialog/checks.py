"""Misconfiguration is found by ``manage.py check``, with a hint that says what to do."""

from collections.abc import Sequence

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from wagtail_borgerdialog.conf import app_settings

REQUIRED_APPS = ("wagtail.contrib.routable_page", "wagtail.contrib.settings", "allauth.account")
CSRF_FAILURE = "wagtail_borgerdialog.views.csrf_failure"
GUARD = "wagtail_borgerdialog.middleware.InputGuardMiddleware"


def check_configuration(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """What must be right for the package to work at all."""
    found: list[CheckMessage] = []
    for number, name in enumerate(REQUIRED_APPS, start=1):
        if not apps.is_installed(name):
            found.append(
                Error(
                    f"wagtail_borgerdialog needs {name}.",
                    hint=f"Add {name!r} to INSTALLED_APPS.",
                    id=f"borgerdialog.E00{number}",
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
                id="borgerdialog.E006",
            )
        )
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
    return found
