"""What somebody chooses who wants to follow something."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.forms import MailingFormMixin
from wagtail_borgerdialog.contributions.models.contribution import SupportTerms
from wagtail_borgerdialog.notifications.models import Frequency, Target
from wagtail_borgerdialog.notifications.selectors import Offer
from wagtail_borgerdialog.people.eligibility import Person
from wagtail_borgerdialog.people.forms import SenderFormMixin
from wagtail_borgerdialog.terms import VerificationLevel

# Reading along demands nothing but an address to write to.
TERMS = SupportTerms(level=VerificationLevel.EMAIL, minimum_age=None, residents_only=False)
# More than these are easier to find in a list that folds away.
MOST_BUTTONS = 6


class FollowForm(MailingFormMixin, SenderFormMixin):
    """What to follow, how often to be told, and where."""

    asks_name_display = False

    what = forms.ChoiceField(
        label=_("What do you want to follow?"),
        error_messages={
            "required": _("Choose what you want to follow."),
            "invalid_choice": _("Choose from the list."),
        },
    )
    frequency = forms.ChoiceField(
        label=_("How often do you want mail?"),
        help_text=_("You only get mail when there is something new."),
        choices=Frequency.choices,
        initial=Frequency.AT_ONCE,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how often you want mail."),
            "invalid_choice": _("Choose how often you want mail."),
        },
    )

    def __init__(
        self, *args: object, offers: Sequence[Offer], person: Person, **kwargs: object
    ) -> None:
        super().__init__(*args, activity=TERMS, person=person, level=TERMS.level, **kwargs)
        self.fields.pop("name", None)
        self._targets = {offer.value: offer.target for offer in offers}
        what = self.fields["what"]
        if len(offers) <= MOST_BUTTONS:
            what.widget = forms.RadioSelect()
        what.choices = [(offer.value, offer.label) for offer in offers]
        what.initial = offers[0].value
        if not self.is_known:
            self.fields["email"].help_text = _(
                "We send you a mail with a link. You follow it when you have used the link. "
                "Others never see your address."
            )

    @property
    def target(self) -> Target:
        """What was chosen, of a valid form."""
        return self._targets[self.cleaned_data["what"]]
