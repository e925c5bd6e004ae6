"""What the site asks the people room."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from wagtail_borgerdialog.components import Component, RetainedData
from wagtail_borgerdialog.people.models import EmailDomainRule

DOMAIN_RULES = (
    {"domain": "*", "plus_addresses": True},
    {"domain": "gmail.com", "plus_addresses": True, "ignores_dots": True},
    {
        "domain": "googlemail.com",
        "plus_addresses": True,
        "ignores_dots": True,
        "same_as": "gmail.com",
    },
)


class People(Component):
    key = "people"
    order = 90

    def viewsets(self) -> Sequence[type]:
        from wagtail_borgerdialog.people.viewsets import EmailDomainRuleViewSet

        return (EmailDomainRuleViewSet,)

    def mail_names(self) -> Mapping[str, str]:
        return {"your_page": _("Link to one's own page")}

    def setup(self) -> Sequence[str]:
        made = []
        for rule in DOMAIN_RULES:
            _rule, created = EmailDomainRule.objects.get_or_create(
                domain=rule["domain"], defaults=rule
            )
            if created:
                made.append(f"e-mail domain rule {rule['domain']}")
        return made

    def retained(self) -> Sequence[RetainedData]:
        from wagtail_borgerdialog.people.retained import RETAINED

        return RETAINED

    def group_permissions(self) -> dict[str, Sequence[str]]:
        return {
            "moderators": [
                "borgerdialog_people.add_emaildomainrule",
                "borgerdialog_people.change_emaildomainrule",
                "borgerdialog_people.view_emaildomainrule",
            ]
        }
