"""From the first word to publication, and every step of the case after that."""

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from wagtail.log_actions import log

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.contributions import events, notices, rules
from wagtail_borgerdialog.contributions.actions.settling import settle_reports
from wagtail_borgerdialog.contributions.models import (
    Contribution,
    ReferenceSequence,
    ReportOutcome,
    Status,
    StatusChange,
    Visibility,
)
from wagtail_borgerdialog.models import Activity, ParticipationSettings
from wagtail_borgerdialog.people.actions import confirm_address
from wagtail_borgerdialog.people.eligibility import Person, require
from wagtail_borgerdialog.people.models import Participant, shown_name
from wagtail_borgerdialog.personal_data import needs_a_person
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.terms import Channel, ModerationMode, months_later


def start_contribution(
    contribution: Contribution,
    *,
    activity: Activity,
    participant: Participant | None,
    status_kind: str,
    at: datetime.datetime,
    channel: str = Channel.WEB,
    entered_by: AbstractBaseUser | None = None,
    evidence: str = "",
    name: str | None = None,
) -> Contribution:
    """Store an unsaved ``contribution`` as a draft with a reference of its own.

    The caller has checked the rule and filled in what people typed (title, body, area, category,
    place, language, ``name_display``); this fills in the rest. ``name`` is what may be shown of
    the author (``Sender.name``: an address that anybody could type must not publish the name of
    its owner); None stands for the name on record. Call it in the caller's transaction, then
    confirm it or send it to moderation.
    """
    contribution.activity = activity
    contribution.site_id = activity.site_id
    contribution.participant = participant
    contribution.channel = channel
    contribution.entered_by = entered_by
    contribution.evidence = evidence
    contribution.status = Status.objects.of_kind(status_kind)
    contribution.visibility = Visibility.DRAFT
    contribution.submitted_at = contribution.updated_at = at
    contribution.delete_after = _deletion_date(activity, at=at)
    if contribution.latitude is not None and contribution.area is None:
        contribution.area = get_adapter().find_area(
            latitude=contribution.latitude, longitude=contribution.longitude
        )
    if name is None:
        name = participant.name if participant is not None else ""
    contribution.public_name = contribution.public_name or shown_name(
        name, display=contribution.name_display, area=contribution.area
    )
    with transaction.atomic():
        contribution.reference = _next_reference(activity, at=at)
        contribution.save(force_insert=True)
        StatusChange.objects.create(
            contribution=contribution,
            from_status=None,
            to_status=contribution.status,
            by=entered_by,
            at=at,
        )
        if entered_by is not None:
            # The log outlives the text and is read outside the subtree: no words of citizens in it.
            log(
                instance=contribution,
                title=contribution.reference,
                action="borgerdialog.enter",
                user=entered_by,
            )
    return contribution


def confirm_contribution(contribution: Contribution, *, at: datetime.datetime) -> bool:
    """The author has acted on the link in the mail; True if it was waiting for that.

    What was written in time is taken after the closing time too. Raises ``NotAllowed`` while the
    page is paused.
    """
    require(rules.may_confirm(contribution.activity))
    with transaction.atomic():
        waiting = Contribution.objects.select_for_update().filter(
            pk=contribution.pk, visibility=Visibility.DRAFT
        )
        if not waiting.exists():
            return False
        if contribution.participant is not None:
            confirm_address(contribution.participant)
        send_to_moderation(contribution, at=at)
    return True


def send_to_moderation(
    contribution: Contribution,
    *,
    at: datetime.datetime,
    always_wait: bool = False,
    approved_by: AbstractBaseUser | None = None,
) -> None:
    """Hand in a draft: to the moderators' queue, or straight to the public.

    It waits where the page moderates before publication, where ``always_wait`` says so, where
    the kind has a formal check, where the site's adapter finds the text suspicious, and where it
    holds somebody's phone number or address.
    ``approved_by`` is a member of staff who entered it and may publish it at once.
    """
    text = f"{contribution.title}\n{contribution.body}"
    suspicious = get_adapter().looks_like_spam(text, at=at)
    suspicious = suspicious or needs_a_person(contribution.public_text)
    waits = always_wait or contribution.has_formal_check
    waits = waits or (
        approved_by is None
        and (contribution.activity.moderation == ModerationMode.BEFORE or suspicious)
    )
    with transaction.atomic():
        if waits:
            _set_visibility(contribution, Visibility.PENDING, at=at)
        notices.receipt(contribution, at=at, is_waiting=waits)
        _tell(contribution, events.SUBMITTED, at=at, by=approved_by)
        if not waits:
            publish(contribution, at=at, by=approved_by)


def publish(
    contribution: Contribution, *, at: datetime.datetime, by: AbstractBaseUser | None
) -> None:
    """Let everybody see it. The caller has checked who may decide that."""
    with transaction.atomic():
        contribution.published_at = contribution.published_at or at
        _set_visibility(contribution, Visibility.VISIBLE, at=at)
        _tell(contribution, events.PUBLISHED, at=at, by=by)


def unpublish(contribution: Contribution, visibility: str, *, at: datetime.datetime) -> None:
    """Take it out of the public's sight. The caller has checked, and tells why."""
    _set_visibility(contribution, visibility, at=at)


def withdraw(contribution: Contribution, *, by: Person, at: datetime.datetime) -> None:
    """The author takes it back. Raises ``NotAllowed``."""
    with transaction.atomic():
        current = Contribution.objects.select_for_update().get(pk=contribution.pk)
        contribution.visibility = current.visibility
        require(rules.may_withdraw(by, contribution))
        _set_visibility(contribution, Visibility.WITHDRAWN, at=at)
        settle_reports(contribution, outcome=ReportOutcome.WITHDRAWN, by=None, at=at)
        notices.withdrawn(contribution, at=at)
        _tell(contribution, events.WITHDRAWN, at=at, by=by.user)


def change_status(
    contribution: Contribution,
    to: Status,
    *,
    at: datetime.datetime,
    by: AbstractBaseUser | None = None,
    by_role: str = "",
    note: str = "",
) -> bool:
    """Move the case and write it on the timeline; False when it stands there already.

    ``by`` is None when the clock or the count moved it. Raises ``NotAllowed`` for staff without
    the right.
    """
    if by is not None:
        require(rules.may_answer(by, contribution.activity))
    return move_status(contribution, to, at=at, by=by, by_role=by_role, note=note)


def move_status(
    contribution: Contribution,
    to: Status,
    *,
    at: datetime.datetime,
    by: AbstractBaseUser | None = None,
    by_role: str = "",
    note: str = "",
) -> bool:
    """:func:`change_status` for callers that have checked a rule of their own."""
    before = contribution.status
    with transaction.atomic():
        moved = (
            Contribution.objects.filter(pk=contribution.pk, status=before)
            .exclude(status=to)
            .update(status=to, updated_at=at)
        )
        if not moved:
            return False
        contribution.status = to
        contribution.updated_at = at
        StatusChange.objects.create(
            contribution=contribution,
            from_status=before,
            to_status=to,
            by=by,
            by_role=by_role,
            note=note,
            at=at,
        )
        if by is not None:
            log(
                instance=contribution,
                title=contribution.reference,
                action="borgerdialog.status",
                user=by,
                data={"from": before.kind, "to": to.kind},
            )
        _tell(contribution, events.STATUS_CHANGED, at=at, by=by)
    return True


def _set_visibility(contribution: Contribution, to: str, *, at: datetime.datetime) -> None:
    was_public = contribution.is_public
    contribution.visibility = to
    contribution.updated_at = at
    Contribution.objects.filter(pk=contribution.pk).update(
        visibility=to, published_at=contribution.published_at, updated_at=at
    )
    step = int(contribution.is_public) - int(was_public)
    if step:
        Activity.objects.filter(pk=contribution.activity_id).update(
            contribution_count=F("contribution_count") + step
        )


def _tell(
    contribution: Contribution, event: str, *, at: datetime.datetime, by: AbstractBaseUser | None
) -> None:
    contribution_event.send(Contribution, contribution=contribution, event=event, at=at, by=by)


def _next_reference(activity: Activity, *, at: datetime.datetime) -> str:
    year = localdate(at).year
    row = {"site_id": activity.site_id, "year": year}
    ReferenceSequence.objects.bulk_create([ReferenceSequence(**row)], ignore_conflicts=True)
    ReferenceSequence.objects.filter(**row).update(last=F("last") + 1)
    number = ReferenceSequence.objects.values_list("last", flat=True).get(**row)
    return f"{year}-{number:05d}"


def _deletion_date(activity: Activity, *, at: datetime.datetime) -> datetime.date:
    months = activity.retention_months
    if months is None:
        months = ParticipationSettings.for_site(activity.site).retention_months
    return months_later(localdate(at), months)
