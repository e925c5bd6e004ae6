"""Signed lists: one colleague enters a list, another sees that it is right, and then it counts."""

import datetime
from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions import events, notices, rules
from wagtail_borgerdialog.contributions.actions.supporting import move_counter
from wagtail_borgerdialog.contributions.models import (
    Contribution,
    LineOutcome,
    PaperLine,
    PaperList,
    PaperListStatus,
    Support,
)
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.people.eligibility import (
    Decision,
    DeniedReason,
    NotAllowed,
    Person,
    require,
)
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.terms import VerificationLevel

# What stands in the way of one person on the list, and not of the list.
PERSONAL = frozenset({DeniedReason.TOO_YOUNG, DeniedReason.NOT_RESIDENT, DeniedReason.NOT_DECLARED})


def enter_list(
    contribution: Contribution,
    people: Sequence[Participant],
    *,
    name: str,
    channel: str,
    evidence: str,
    by: AbstractBaseUser,
    at: datetime.datetime,
) -> PaperList:
    """Store a signed list; nobody on it counts before a colleague has countersigned it.

    Raises ``NotAllowed`` without the right, when the case takes no support, and where a list of
    that name is there already.
    """
    require(rules.may_enter(by, contribution.activity))
    require(rules.takes_paper(contribution, at=at))
    try:
        with transaction.atomic():
            paper_list = PaperList.objects.create(
                contribution_id=contribution.pk,
                name=name,
                channel=channel,
                evidence=evidence,
                line_count=len(people),
                entered_by=by,
                entered_at=at,
            )
    except IntegrityError as error:
        raise NotAllowed(Decision(DeniedReason.NAME_TAKEN)) from error
    PaperLine.objects.bulk_create(
        PaperLine(paper_list=paper_list, participant=person) for person in people
    )
    _log(paper_list, "paper_entered", by=by, lines=len(people))
    return paper_list


def countersign(paper_list: PaperList, *, by: AbstractBaseUser, at: datetime.datetime) -> PaperList:
    """A second colleague has compared the list with the paper: count it.

    Who supports already counts once, and their line says so. Raises ``NotAllowed``.
    """
    with transaction.atomic():
        current = _held(paper_list)
        require(rules.may_countersign(by, current))
        contribution = current.contribution
        require(rules.takes_paper(contribution, at=at))
        counted = _count_lines(current, at=at)
        current.status, current.signed_by, current.signed_at = PaperListStatus.COUNTED, by, at
        current.save(update_fields=["status", "signed_by", "signed_at"])
        _log(current, "paper_signed", by=by, counted=len(counted))
        # The counter after all rows: a citizen who supports meanwhile holds it after theirs too.
        if counted:
            move_counter(contribution, len(counted))
        for support in counted:
            notices.supported(support, contribution, at=at)
            contribution_event.send(
                Contribution, contribution=contribution, event=events.SUPPORTED, at=at, by=by
            )
    return current


def void_list(
    paper_list: PaperList, *, by: AbstractBaseUser, at: datetime.datetime, reason: str
) -> int:
    """Let a list count no more, or never; returns how many supports counted until now.

    Raises ``NotAllowed``.
    """
    require(rules.may_enter(by, paper_list.contribution.activity))
    with transaction.atomic():
        current = _held(paper_list)
        if current.status == PaperListStatus.VOIDED:
            raise NotAllowed(Decision(DeniedReason.NOT_IN_FORCE))
        ended = Support.objects.filter(
            paper_line__paper_list=current, status=SupportStatus.CONFIRMED
        ).update(status=SupportStatus.INVALIDATED, ended_at=at)
        current.status, current.voided_by, current.voided_at = PaperListStatus.VOIDED, by, at
        current.void_reason = reason
        current.save(update_fields=["status", "voided_by", "voided_at", "void_reason"])
        _log(current, "paper_voided", by=by, supports=ended)
        if ended:
            move_counter(current.contribution, -ended)
            contribution_event.send(
                Contribution,
                contribution=current.contribution,
                event=events.SUPPORT_ENDED,
                at=at,
                by=by,
            )
    return ended


def _count_lines(paper_list: PaperList, *, at: datetime.datetime) -> list[Support]:
    """The supports that are new, in the order of their people: two lists at once wait in turn."""
    lines = sorted(
        paper_list.lines.exclude(participant=None).select_related("participant__user"),
        key=lambda line: (line.participant.person_key, line.pk),
    )
    counted = []
    for line in lines:
        person = Person(line.participant.user, line.participant, VerificationLevel.EID)
        decision = rules.may_support(
            person, paper_list.contribution, at=at, declared=True, check_done=False
        )
        if decision:
            line.support = _stored(line, paper_list, at=at)
            line.outcome = LineOutcome.COUNTED if line.support else LineOutcome.REPEATED
        elif decision.reason in PERSONAL:
            line.outcome = LineOutcome.REFUSED
        else:
            raise NotAllowed(decision)
        if line.support is not None:
            counted.append(line.support)
    PaperLine.objects.bulk_update(lines, ["support", "outcome"])
    return counted


def _stored(line: PaperLine, paper_list: PaperList, *, at: datetime.datetime) -> Support | None:
    """The support of ``line``, counted now; None where the person counts already."""
    given = {
        "status": SupportStatus.CONFIRMED,
        "confirmed_at": at,
        "verification_level": line.participant.level,
        "channel": paper_list.channel,
        "entered_by": paper_list.entered_by,
        "evidence": paper_list.evidence,
        "batch": paper_list.name,
    }
    own = {
        "contribution": paper_list.contribution,
        "person_key": line.participant.person_key,
    }
    try:
        with transaction.atomic():
            return Support.objects.create(
                **own, **given, participant=line.participant, created_at=at
            )
    except IntegrityError:
        # They asked for a link and never used it: the signature is as good.
        waiting = Support.objects.filter(**own, status=SupportStatus.PENDING)
        if not waiting.update(**given):
            return None
        return Support.objects.select_related("participant").get(
            **own, status=SupportStatus.CONFIRMED
        )


def _held(paper_list: PaperList) -> PaperList:
    return (
        PaperList.objects.select_for_update(of=("self",))
        .select_related(
            "entered_by",
            "contribution__activity__page",
            "contribution__site",
            "contribution__status",
            "contribution__participant",
        )
        .get(pk=paper_list.pk)
    )


def _log(paper_list: PaperList, action: str, *, by: AbstractBaseUser, **data: int) -> None:
    # Not its name, which may be that of somebody.
    contribution = paper_list.contribution
    log(
        instance=contribution,
        title=contribution.reference,
        action=f"borgerdialog.{action}",
        user=by,
        data={"list": paper_list.pk, **data},
    )
