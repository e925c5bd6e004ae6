"""The words that every room shares: the ladder, verification levels, kinds of moderation."""

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class LadderLevel(models.TextChoices):
    """How much power citizens get, step by step (borgerinddragelsestrappen)."""

    INFORMATION = "information", _("Information")
    CONSULTATION = "consultation", _("Consultation")
    DIALOGUE = "dialogue", _("Dialogue")
    INFLUENCE = "influence", _("Influence")
    CODETERMINATION = "codetermination", _("Codetermination")
    CORESPONSIBILITY = "coresponsibility", _("Co-responsibility")

    @property
    def meaning(self) -> str:
        """One plain sentence that tells a citizen what the step means for them."""
        return LADDER_MEANINGS[self]

    @property
    def rank(self) -> int:
        """Position on the ladder, 0 for information."""
        return list(LadderLevel).index(self)


LADDER_MEANINGS = {
    LadderLevel.INFORMATION: _("We tell you what has been decided."),
    LadderLevel.CONSULTATION: _("You can say what you think before we decide."),
    LadderLevel.DIALOGUE: _("We talk it through together, and we tell you what we used."),
    LadderLevel.INFLUENCE: _("Your input shapes the solution. The council decides."),
    LadderLevel.CODETERMINATION: _("You take part in the decision itself."),
    LadderLevel.CORESPONSIBILITY: _("We decide together and carry it out together."),
}


class VerificationLevel(models.TextChoices):
    """How sure we are of who somebody is, weakest first."""

    NONE = "none", _("Nothing")
    EMAIL = "email", _("Confirmed e-mail address")
    ACCOUNT = "account", _("Account")
    EID = "eid", _("MitID")

    @property
    def rank(self) -> int:
        """Position from the weakest level, 0 for none."""
        return list(VerificationLevel).index(self)

    def satisfies(self, required: str) -> bool:
        """Whether this level is at least as strong as ``required``."""
        return self.rank >= VerificationLevel(required).rank


class ModerationMode(models.TextChoices):
    """When a moderator looks at what citizens send."""

    BEFORE = "before", _("Before publication")
    AFTER = "after", _("After publication")


class Channel(models.TextChoices):
    """How something reached the municipality."""

    WEB = "web", _("Website")
    EMAIL = "email", _("E-mail")
    PAPER = "paper", _("Paper")
    PHONE = "phone", _("Phone")
    MEETING = "meeting", _("Meeting")
    STAFF = "staff", _("Member of staff")


class NameDisplay(models.TextChoices):
    """What the public sees instead of, or as, somebody's name."""

    FULL = "full", _("My full name")
    FIRST_AND_AREA = "first_area", _("My first name and my area")
    ANONYMOUS = "anonymous", _("Only “a citizen”")


def months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month ``months`` later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    first = datetime.date(day.year + years, month + 1, 1)
    next_month = (first + datetime.timedelta(days=31)).replace(day=1)
    return min(
        first + datetime.timedelta(days=day.day - 1), next_month - datetime.timedelta(days=1)
    )
