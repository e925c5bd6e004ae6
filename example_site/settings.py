"""Settings of the example site.

Environment: ``DATABASE_URL`` (default: SQLite), ``EXAMPLE_SITE_VAR`` (the one folder that
is written to), ``EXAMPLE_SITE_DEBUG`` (``0`` for a production-like run), ``SECRET_KEY``,
``ALLOWED_HOSTS`` (comma-separated) and ``EXAMPLE_SITE_OIDC_*`` (see below).
"""

import os
from pathlib import Path

import dj_database_url
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.allauth_templates import DIR as ALLAUTH_TEMPLATES

BASE_DIR = Path(__file__).resolve().parent
VAR = Path(os.environ.get("EXAMPLE_SITE_VAR") or BASE_DIR / "var").resolve()
VAR.mkdir(parents=True, exist_ok=True)

DEBUG = os.environ.get("EXAMPLE_SITE_DEBUG", "1") == "1"
SECRET_KEY = os.environ.get("SECRET_KEY", "django-insecure-only-for-the-example-site")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "example_site",
    "example_site.home",
    "example_site.styleguide",
    # Every room of the package. Empty tables cost nothing.
    "wagtail_borgerdialog",
    "wagtail_borgerdialog.people",
    "wagtail_borgerdialog.contributions",
    "wagtail_borgerdialog.followup",
    "wagtail_borgerdialog.ideas",
    "wagtail_borgerdialog.proposals",
    "wagtail_borgerdialog.notifications",
    "wagtail_borgerdialog.pages",
    # What the rooms need beside a plain Wagtail site.
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    # What `wagtail start` gives.
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.sitemaps",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.locales",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "wagtail_borgerdialog.middleware.InputGuardMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "example_site.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "example_site.urls"
WSGI_APPLICATION = "example_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates", ALLAUTH_TEMPLATES],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{VAR / 'db.sqlite3'}", conn_max_age=60, conn_health_checks=True
    )
}
ON_POSTGRES = DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql"
if not ON_POSTGRES:
    # Readers and one writer at a time; a writer waits instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Language and time -------------------------------------------------------------
LANGUAGE_CODE = "da"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("da", _("Danish")), ("en", _("English"))]
WAGTAIL_I18N_ENABLED = True
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Copenhagen"
USE_THOUSAND_SEPARATOR = True

# --- Files -------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# --- Mail: every message becomes a file in the mail folder ----------------------------
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR / "mail"
DEFAULT_FROM_EMAIL = "Vestersø Kommune <borgerdialog@vestersoe.example.dk>"

# --- Logging in ---------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A MitID broker speaks OpenID Connect. Without a server there is no such button.
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
if OIDC_SERVER := os.environ.get("EXAMPLE_SITE_OIDC_SERVER"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "mitid",
            "name": "MitID",
            "client_id": os.environ["EXAMPLE_SITE_OIDC_CLIENT_ID"],
            "secret": os.environ["EXAMPLE_SITE_OIDC_SECRET"],
            "settings": {"server_url": OIDC_SERVER, "oauth_pkce_enabled": True},
        }
    )
    BORGERDIALOG_EID_PROVIDERS = ["mitid"]

# --- Wagtail ------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Vestersø Kommune"
WAGTAILADMIN_BASE_URL = os.environ.get("WAGTAILADMIN_BASE_URL", "http://127.0.0.1:8000")
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # no staff addresses to third parties
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "pdf", "pptx", "rtf", "txt", "xlsx", "zip"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
if ON_POSTGRES:
    WAGTAILSEARCH_BACKENDS["default"]["SEARCH_CONFIG"] = "danish"

# --- The package ----------------------------------------------------------------------
BORGERDIALOG_ADAPTER = "example_site.participation.Adapter"
# Apart from SECRET_KEY, so that changing that one does not let anybody support twice.
BORGERDIALOG_PERSON_KEY_SECRET = os.environ.get(
    "BORGERDIALOG_PERSON_KEY_SECRET", "insecure-only-for-the-example-site"
)

# A form that was open for too long gives the text back instead of an error page.
CSRF_FAILURE_VIEW = "wagtail_borgerdialog.views.csrf_failure"

# --- Headers ---------------------------------------------------------------------------
X_FRAME_OPTIONS = "SAMEORIGIN"  # the editor's preview is a frame
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("EXAMPLE_SITE_HTTPS") == "1"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"wagtail_borgerdialog": {"handlers": ["console"], "level": "INFO"}},
}
