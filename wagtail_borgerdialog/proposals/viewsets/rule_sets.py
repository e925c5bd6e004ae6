"""The rules that schemes choose from."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_borgerdialog.pages_base import LEVEL_HELP
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
        FieldPanel("name", help_text=_("Editors choose it by this name. Citizens do not see it.")),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("threshold"), FieldPanel("period_days")])],
            heading=_("Support"),
            help_text=_("Citizens see both on each proposal: the goal, and the last day."),
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
            help_text=_(
                "Write 0 twice if an author can propose alone. Otherwise the author invites them "
                "by e-mail, and the proposal is checked when enough have said yes."
            ),
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
                FieldRowPanel(
                    [
                        FieldPanel("propose_level", help_text=LEVEL_HELP),
                        FieldPanel("support_level", help_text=LEVEL_HELP),
                    ]
                ),
                FieldPanel("full_names"),
            ],
            heading=_("Who can propose and support"),
        ),
        InlinePanel(
            "criteria",
            heading=_("Formal check"),
            label=_("Criterion"),
            help_text=_(
                "Citizens read the criteria before they write. A colleague says of each whether it "
                "is met, before the proposal is public."
            ),
        ),
    ]
