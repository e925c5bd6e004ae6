"""Templates for django-allauth's pages, accessible and in our look.

allauth finds its templates under names of its own (``account/login.html``), and a package
that ships such names in its template folder takes them from every site that installs it.
So they live here, and a site asks for them with one line in its settings::

    from wagtail_borgerdialog.allauth_templates import DIR as ALLAUTH_TEMPLATES

    TEMPLATES = [{"DIRS": [BASE_DIR / "templates", ALLAUTH_TEMPLATES], ...}]
"""

from pathlib import Path

from django.utils.translation import gettext_noop

DIR = Path(__file__).resolve().parent

# A word of allauth's own forms. Wagtail's Danish catalogue leaves it in English and would win
# over allauth's; ours comes before both.
gettext_noop("Email")
