from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "wagtail_borgerdialog.pages"
    label = "borgerdialog_pages"
    verbose_name = _("Participation: pages")
    default_auto_field = "django.db.models.BigAutoField"
