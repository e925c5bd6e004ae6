from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BorgerdialogConfig(AppConfig):
    name = "wagtail_borgerdialog"
    label = "borgerdialog"
    verbose_name = _("Participation")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.core import checks
        from wagtail.signals import page_published, post_page_move

        from wagtail_borgerdialog import checks as our_checks
        from wagtail_borgerdialog import receivers

        checks.register(our_checks.check_configuration)
        checks.register(our_checks.check_deployment, deploy=True)
        page_published.connect(receivers.page_was_published, dispatch_uid="borgerdialog-published")
        post_page_move.connect(receivers.page_was_moved, dispatch_uid="borgerdialog-moved")
