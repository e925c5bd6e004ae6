from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "wagtail_borgerdialog.notifications"
    label = "borgerdialog_notifications"
    verbose_name = _("Participation: notifications")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail_borgerdialog.components import registry
        from wagtail_borgerdialog.notifications.component import Notifications

        registry.register(Notifications())
