"""What people have reported, and an author who objects: something for the moderators to decide."""

import datetime

from wagtail_borgerdialog.contributions.actions import appeal, report
from wagtail_borgerdialog.contributions.models import (
    Comment,
    Contribution,
    ModerationDecision,
    ReasonCode,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.people.eligibility import NOBODY
from wagtail_borgerdialog.people.selectors import person_of

HOUR = datetime.timedelta(hours=1)
WORDS = (
    "Min tekst handler om byen og ikke om nogen bestemt. Jeg har taget navnet ud. "
    "Vil I se på den igen?"
)


def report_and_object(*, at: datetime.datetime) -> None:
    """Two texts that wait for a moderator's answer, and one objection for a second person."""
    ideas = Contribution.objects.visible().filter(activity__kind="ideas").select_related("site")
    idea = ideas.most_discussed().first()
    for number, (reason, words) in enumerate(
        [
            (ReasonCode.OFF_TOPIC, ""),
            (ReasonCode.DUPLICATE, "Det samme forslag ligger her i forvejen."),
        ]
    ):
        report(
            idea,
            by=NOBODY,
            reason_code=reason,
            words=words,
            network=f"demo-{number}",
            at=at - (5 - number) * HOUR,
        )
    comment = (
        Comment.objects.filter(visibility=Visibility.VISIBLE, role_badge="", contribution__in=ideas)
        .exclude(contribution=idea)
        .select_related("contribution__site", "contribution__activity")
        .latest("published_at", "pk")
    )
    report(
        comment.contribution,
        comment=comment,
        by=NOBODY,
        reason_code=ReasonCode.OFFENSIVE,
        words="Tonen er grov.",
        network="demo-0",
        at=at - 3 * HOUR,
    )
    decision = (
        ModerationDecision.objects.filter(
            action__in=[ModerationAction.HIDE, ModerationAction.REMOVE],
            contribution__participant__isnull=False,
        )
        .select_related("contribution__participant__user", "contribution__activity")
        .latest("decided_at", "pk")
    )
    author = decision.contribution.participant
    appeal(decision, by=person_of(author), words=WORDS, language="da", at=at - 2 * HOUR)
