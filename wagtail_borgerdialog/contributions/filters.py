"""The form above a list: search, filters and sort. A plain GET form that is never invalid."""

from django import forms
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.listing import Listing
from wagtail_borgerdialog.text import MAX_QUERY_CHARS

# A status that no group is called: it asks for everything where the plain list does not show it.
ALL = "all"


class FilterForm(forms.Form):
    """Shows what a :class:`Listing` was asked for; the listing has read the query itself."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "maxlength": MAX_QUERY_CHARS}),
    )
    area = forms.ChoiceField(label=_("District"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    status = forms.ChoiceField(label=_("Where it stands"), required=False)
    sort = forms.ChoiceField(label=_("Sort by"), required=False)

    def __init__(self, listing: Listing) -> None:
        super().__init__(
            initial={
                "q": listing.query,
                "area": listing.area.slug if listing.area else "",
                "category": listing.category.slug if listing.category else "",
                "status": listing.status_group,
                "sort": listing.sort,
            }
        )
        self._offer("area", gettext("All districts"), [(a.slug, a.name) for a in listing.areas])
        self._offer(
            "category", gettext("All categories"), [(c.slug, c.name) for c in listing.categories]
        )
        self._offer(
            "status",
            gettext("Everything"),
            [(key, label) for key, (label, _rows) in listing.groups.items()],
        )
        self.fields["sort"].choices = [
            (key, label) for key, (label, _order) in listing.sorts.items()
        ]

    def _offer(self, name: str, everything: str, choices: list[tuple[str, str]]) -> None:
        if choices:
            self.fields[name].choices = [("", everything), *choices]
        else:
            del self.fields[name]


def list_url(listing: Listing, **changes: str) -> str:
    """The query of the same list with ``changes``, without what is empty or the default."""
    values = {
        "q": listing.query,
        "area": listing.area.slug if listing.area else "",
        "category": listing.category.slug if listing.category else "",
        "status": listing.status_group,
        "sort": listing.sort,
        **changes,
    }
    if listing.default_group and not values["status"]:
        values["status"] = ALL
    return f"?{urlencode({name: value for name, value in values.items() if value})}"
