"""Who has the case: a unit, a person, and how it went from one to the other."""

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions import rules
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.followup import clock_notices
from wagtail_borgerdialog.followup.actions.clock import locked_case
from wagtail_borgerdialog.followup.models import Handover, Unit
from wagtail_borgerdialog.people.eligibility import require


@transaction.atomic
def assign(
    contribution: Contribution,
    *,
    unit: Unit | None,
    caseworker: AbstractBaseUser | None,
    by: AbstractBaseUser,
    at: datetime.datetime,
    note: str = "",
) -> bool:
    """Give the case to ``unit`` and ``caseworker``; False when they have it already.

    Whoever gets it is told by mail. Raises ``NotAllowed``, and ``ValueError`` for a caseworker
    who may not answer there.
    """
    require(rules.may_answer(by, contribution.activity))
    if caseworker is not None and not rules.may_answer(caseworker, contribution.activity):
        raise ValueError("The caseworker may not answer on this page.")
    case = locked_case(contribution)
    if (case.unit, case.caseworker) == (unit, caseworker):
        return False
    step = Handover.objects.create(
        case=case,
        from_unit=case.unit,
        to_unit=unit,
        from_caseworker=case.caseworker,
        to_caseworker=caseworker,
        note=note,
        by=by,
        at=at,
    )
    case.unit, case.caseworker = unit, caseworker
    case.save(update_fields=["unit", "caseworker"])
    log(
        instance=contribution,
        title=contribution.reference,
        action="borgerdialog.assign",
        user=by,
        data={"unit": unit.name if unit else ""},
    )
    case.contribution = contribution
    clock_notices.handed_over(case, step, at=at)
    return True
