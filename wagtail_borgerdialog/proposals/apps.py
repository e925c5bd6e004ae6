from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProposalsConfig(AppConfig):
    name = "wagtail_borgerdialog.proposals"
    label = "borgerdialog_proposals"
    verbose_name = _("Participation: proposals")
    default_auto_field = "django.db.models.BigAutoField"
