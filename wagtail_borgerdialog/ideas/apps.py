from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdeasConfig(AppConfig):
    name = "wagtail_borgerdialog.ideas"
    label = "borgerdialog_ideas"
    verbose_name = _("Participation: ideas")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail_borgerdialog.components import registry
        from wagtail_borgerdialog.ideas import receivers
        from wagtail_borgerdialog.ideas.component import Ideas
        from wagtail_borgerdialog.ideas.links import ConfirmHelpOffer
        from wagtail_borgerdialog.people.links import register
        from wagtail_borgerdialog.people.signals import participants_merged

        registry.register(Ideas())
        register(ConfirmHelpOffer())
        participants_merged.connect(
            receivers.participants_were_merged, dispatch_uid="borgerdialog-ideas-merged"
        )
