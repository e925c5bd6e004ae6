from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FollowUpConfig(AppConfig):
    name = "wagtail_borgerdialog.followup"
    label = "borgerdialog_followup"
    verbose_name = _("Participation: follow-up")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail_borgerdialog.components import registry
        from wagtail_borgerdialog.followup import receivers
        from wagtail_borgerdialog.followup.component import Answers, Clock, Promises
        from wagtail_borgerdialog.signals import contribution_event

        for component in (Answers(), Clock(), Promises()):
            registry.register(component)
        contribution_event.connect(
            receivers.something_happened, dispatch_uid="borgerdialog-followup"
        )
