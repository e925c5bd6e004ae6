from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "wagtail_borgerdialog.notifications"
    label = "borgerdialog_notifications"
    verbose_name = _("Participation: notifications")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail_borgerdialog.components import registry
        from wagtail_borgerdialog.notifications import receivers, webhooks
        from wagtail_borgerdialog.notifications.component import Notifications
        from wagtail_borgerdialog.notifications.links import LINKS
        from wagtail_borgerdialog.people.links import register
        from wagtail_borgerdialog.people.signals import participants_merged
        from wagtail_borgerdialog.signals import contribution_event

        registry.register(Notifications())
        contribution_event.connect(
            receivers.something_has_happened, dispatch_uid="borgerdialog-news"
        )
        contribution_event.connect(
            webhooks.something_has_happened, dispatch_uid="borgerdialog-webhooks"
        )
        participants_merged.connect(
            receivers.participants_were_merged, dispatch_uid="borgerdialog-follows-merged"
        )
        for link in LINKS:
            register(link)
