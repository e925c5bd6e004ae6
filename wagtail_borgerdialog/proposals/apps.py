from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProposalsConfig(AppConfig):
    name = "wagtail_borgerdialog.proposals"
    label = "borgerdialog_proposals"
    verbose_name = _("Participation: proposals")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail_borgerdialog.components import registry
        from wagtail_borgerdialog.people.links import register
        from wagtail_borgerdialog.people.signals import participants_merged
        from wagtail_borgerdialog.proposals import links, receivers
        from wagtail_borgerdialog.proposals.component import Proposals
        from wagtail_borgerdialog.signals import contribution_event

        registry.register(Proposals())
        contribution_event.connect(
            receivers.something_happened, dispatch_uid="borgerdialog-proposals"
        )
        participants_merged.connect(
            receivers.participants_were_merged, dispatch_uid="borgerdialog-proposals-merged"
        )
        for link in links.LINKS:
            register(link)
