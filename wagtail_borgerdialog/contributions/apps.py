from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContributionsConfig(AppConfig):
    name = "wagtail_borgerdialog.contributions"
    label = "borgerdialog_contributions"
    verbose_name = _("Participation: contributions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from wagtail_borgerdialog.components import registry
        from wagtail_borgerdialog.contributions import links, merge_links, receivers
        from wagtail_borgerdialog.contributions.component import Contributions
        from wagtail_borgerdialog.people.links import register
        from wagtail_borgerdialog.people.signals import participants_merged

        registry.register(Contributions())
        participants_merged.connect(
            receivers.participants_were_merged, dispatch_uid="borgerdialog-merged"
        )
        post_delete.connect(
            receivers.attachment_was_deleted,
            sender="borgerdialog_contributions.Attachment",
            dispatch_uid="borgerdialog-attachment-deleted",
        )
        for link in (*links.LINKS, *merge_links.LINKS):
            register(link)
