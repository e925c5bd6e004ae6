"""What events elsewhere mean for contributions."""

from django.db import transaction

from wagtail_borgerdialog.contributions.actions.attaching import delete_stored_file
from wagtail_borgerdialog.contributions.actions.supporting import move_counter
from wagtail_borgerdialog.contributions.models import (
    Appeal,
    Attachment,
    Comment,
    Contribution,
    Report,
    Support,
)
from wagtail_borgerdialog.contributions.models.support import COUNTING, SupportStatus
from wagtail_borgerdialog.people.models import Participant


@transaction.atomic
def participants_were_merged(
    sender: type, kept: Participant, absorbed: Participant, **kwargs: object
) -> None:
    """Two participants turn out to be one person.

    Move what ``absorbed`` did to ``kept``; a support given twice counts once.
    """
    Contribution.objects.filter(participant=absorbed).update(participant=kept)
    Comment.objects.filter(participant=absorbed).update(participant=kept)
    Appeal.objects.filter(participant=absorbed).update(participant=kept)
    _reports_were_merged(kept, absorbed)
    theirs = Support.objects.filter(participant=kept, status__in=COUNTING)
    twice = Support.objects.filter(
        participant=absorbed,
        status__in=COUNTING,
        contribution__in=theirs.values("contribution"),
    )
    for row in twice.select_related("contribution"):
        own = theirs.get(contribution=row.contribution)
        # One that is counted stays, whoever's it was.
        spare = own if own.status == SupportStatus.PENDING else row
        as_read = Support.objects.filter(pk=spare.pk, status=spare.status)
        ended = as_read.update(status=SupportStatus.INVALIDATED)
        if ended and spare.status == SupportStatus.CONFIRMED:
            move_counter(row.contribution, -1)
    Support.objects.filter(participant=absorbed).update(
        participant=kept, person_key=kept.person_key
    )


def _reports_were_merged(kept: Participant, absorbed: Participant) -> None:
    own = Report.objects.filter(person_key=kept.person_key).values("reported")
    theirs = Report.objects.filter(participant=absorbed)
    # What both have reported counts as one voice.
    theirs.filter(reported__in=own).update(person_key="")
    theirs.exclude(person_key="").update(person_key=kept.person_key)
    theirs.update(participant=kept)


def attachment_was_deleted(sender: type, instance: Attachment, **kwargs: object) -> None:
    """A row that goes, by whatever cascade, takes its stored file along."""
    delete_stored_file(instance)
