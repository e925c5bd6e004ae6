from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdeasConfig(AppConfig):
    name = "wagtail_borgerdialog.ideas"
    label = "borgerdialog_ideas"
    verbose_name = _("Participation: ideas")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail_borgerdialog.components import registry
        from wagtail_borgerdialog.ideas.component import Ideas

        registry.register(Ideas())
