"""The rules that schemes choose from."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_borgerdialog.proposals.models import RuleSet


class RuleSetViewSet(SnippetViewSet):
    model = RuleSet
    icon = "list-ul"
    menu_label = _("Rule sets")
    menu_order = 73
    list_display = ["name", "threshold", "period_days", "min_coproposers", "minimum_age"]
    add_to_reference_index = True
    copy_view_enabled = True
    panels = [
        HelpPanel(
            content=_(
                "A proposal copies the rules when it is published. What you change here holds "
                "for proposals that are published later."
            )
        ),
        FieldPanel("name"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("threshold"), FieldPanel("period_days")])],
            heading=_("Support"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        FieldPanel("min_coproposers"),
                        FieldPanel("max_coproposers"),
                        FieldPanel("coproposer_days"),
                    ]
                ),
            ],
            heading=_("Co-proposers"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("title_max"), FieldPanel("text_max"), FieldPanel("remarks_max")]
                )
            ],
            heading=_("Length of the text"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("minimum_age"), FieldPanel("residents_only")]),
                FieldRowPanel([FieldPanel("propose_level"), FieldPanel("support_level")]),
                FieldPanel("full_names"),
            ],
            heading=_("Who can propose and support"),
        ),
        InlinePanel("criteria", heading=_("Formal check"), label=_("Criterion")),
    ]
