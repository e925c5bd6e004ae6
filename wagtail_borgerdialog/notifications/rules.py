"""What can be followed, and by whom."""

from django.contrib.auth.models import AnonymousUser

from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.notifications.models import Target
from wagtail_borgerdialog.people.eligibility import ALLOWED, Decision, DeniedReason, Person
from wagtail_borgerdialog.terms import VerificationLevel


def may_be_followed(target: Target) -> Decision:
    """Whether everybody may read ``target``. One query, or none for a category or district."""
    if target.name == "contribution":
        found = Contribution.objects.visible_to(AnonymousUser(), target.site)
    elif target.name == "activity":
        found = Activity.objects.public().on_site(target.site)
    else:
        return ALLOWED
    if found.filter(pk=target.pk).exists():
        return ALLOWED
    return Decision(DeniedReason.HIDDEN)


def may_follow(person: Person, target: Target) -> Decision:
    """May ``person`` follow ``target``? Being told takes an address."""
    if person.participant is None or not person.participant.email:
        return no_address(person)
    return may_be_followed(target)


def no_address(person: Person) -> Decision:
    """What to tell somebody to whom we cannot write."""
    reason = DeniedReason.NOT_VERIFIED if person.user else DeniedReason.NOT_SIGNED_IN
    return Decision(reason, needs=VerificationLevel.ACCOUNT)
