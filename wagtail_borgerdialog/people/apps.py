from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "wagtail_borgerdialog.people"
    label = "borgerdialog_people"
    verbose_name = _("Participation: people")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from wagtail_borgerdialog.components import registry
        from wagtail_borgerdialog.people import receivers
        from wagtail_borgerdialog.people.component import People

        registry.register(People())
        user_logged_in.connect(receivers.user_has_logged_in, dispatch_uid="borgerdialog-login")
