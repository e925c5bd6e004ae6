"""The only writers of follows and news."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.notifications import notices, rules
from wagtail_borgerdialog.notifications.digests import tell_what_is_left
from wagtail_borgerdialog.notifications.models import Follow, FollowStatus, Frequency, News, Target
from wagtail_borgerdialog.notifications.selectors import told_events
from wagtail_borgerdialog.people.actions import confirm_address
from wagtail_borgerdialog.people.eligibility import Person, require
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.terms import VerificationLevel

# What a clock that is late has not told yet is found in the outbox, and told by the next digest.
LOOK_BACK = datetime.timedelta(days=1)


def follow(target: Target, *, by: Person, frequency: str, at: datetime.datetime) -> Follow:
    """Somebody we know wants to be told from now on; again only changes how often.

    Raises ``NotAllowed``.
    """
    require(rules.may_follow(by, target))
    with transaction.atomic():
        row = _row(target, by.participant, frequency=frequency, at=at)
        if row.status == FollowStatus.CONFIRMED:
            change_frequency(row, frequency, at=at)
        else:
            _begin(row, frequency=frequency, at=at)
    return row


def request_follow(
    target: Target, *, participant: Participant, frequency: str, at: datetime.datetime
) -> None:
    """Mail the owner of a typed address a link that begins it.

    Whoever typed it does not learn, and cannot change, what the owner follows already: the owner
    is told by mail. Raises ``NotAllowed``.
    """
    claimed = Person(None, participant, VerificationLevel.EMAIL)
    require(rules.may_follow(claimed, target))
    with transaction.atomic():
        row = _row(target, participant, frequency=frequency, at=at)
        if row.status != FollowStatus.CONFIRMED:
            row.status, row.frequency, row.changed_at = FollowStatus.PENDING, frequency, at
            row.save(update_fields=["status", "frequency", "changed_at"])
        notices.confirm_follow(row, at=at)


def confirm_follow(row: Follow, *, at: datetime.datetime) -> None:
    """The owner of the address says yes. Raises ``NotAllowed`` when it is not public any more."""
    require(rules.may_be_followed(Target(row.site, row.target_name, row.target_id)))
    with transaction.atomic():
        waiting = Follow.objects.select_for_update().filter(pk=row.pk, status=FollowStatus.PENDING)
        if waiting.exists():
            confirm_address(row.participant)
            _begin(row, frequency=row.frequency, at=at)


def change_frequency(row: Follow, frequency: str, *, at: datetime.datetime) -> None:
    """From now on another rhythm; what a digest has gathered so far is told at once."""
    with transaction.atomic():
        before = Follow.objects.select_for_update().get(pk=row.pk)
        if before.status != FollowStatus.CONFIRMED or before.frequency == frequency:
            return
        told_until = before.told_until
        if frequency == Frequency.AT_ONCE:
            tell_what_is_left(before, at=at)
            told_until = at
        elif before.frequency == Frequency.AT_ONCE:
            told_until = max(before.told_until, at - LOOK_BACK)
        row.frequency, row.told_until, row.changed_at = frequency, told_until, at
        row.save(update_fields=["frequency", "told_until", "changed_at"])


def end_follows(pks: Iterable[int], *, at: datetime.datetime) -> int:
    """Tell no more of these; returns how many that ends."""
    rows = Follow.objects.going_on().filter(pk__in=list(pks))
    return rows.update(status=FollowStatus.ENDED, changed_at=at)


def remember(contribution: Contribution, event: str, *, at: datetime.datetime) -> None:
    """Keep ``event`` as news, in the transaction that makes it true. One query, or none."""
    if contribution.is_public and event in told_events():
        News.objects.bulk_create(
            [News(contribution_id=contribution.pk, event=event, at=at)], ignore_conflicts=True
        )


def _row(
    target: Target, participant: Participant, *, frequency: str, at: datetime.datetime
) -> Follow:
    row, _is_new = Follow.objects.select_for_update().get_or_create(
        participant=participant,
        **target.fields,
        defaults={"frequency": frequency, "created_at": at, "changed_at": at},
    )
    return row


def _begin(row: Follow, *, frequency: str, at: datetime.datetime) -> None:
    row.status, row.frequency = FollowStatus.CONFIRMED, frequency
    row.told_until = row.changed_at = at
    row.save(update_fields=["status", "frequency", "told_until", "changed_at"])
