from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_borgerdialog.people.models import EmailDomainRule


class EmailDomainRuleViewSet(SnippetViewSet):
    model = EmailDomainRule
    icon = "mail"
    menu_label = _("E-mail domains")
    list_display = ["domain", "plus_addresses", "ignores_dots", "same_as"]
    add_to_reference_index = False
    copy_view_enabled = False
    panels = [
        HelpPanel(
            content=_(
                "Two spellings of one mailbox are one person. These rules say which spellings "
                "reach the same mailbox."
            )
        ),
        FieldPanel("domain"),
        FieldPanel("plus_addresses"),
        FieldPanel("ignores_dots"),
        FieldPanel("same_as"),
    ]
