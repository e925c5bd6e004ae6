"""Putting a case on record: the number it has there, and when it was filed."""

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions import rules
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.followup.actions.clock import locked_case
from wagtail_borgerdialog.people.eligibility import require


@transaction.atomic
def journalise(
    contribution: Contribution,
    *,
    case_number: str,
    is_filed: bool,
    by: AbstractBaseUser,
    at: datetime.datetime,
) -> bool:
    """Note where the records system has the case; False when that is noted already.

    ``is_filed`` says that it lies there as it stands now (offentlighedsloven § 15): filing it
    again moves the time. Raises ``NotAllowed``.
    """
    require(rules.may_answer(by, contribution.activity))
    case = locked_case(contribution)
    filed_at = at if is_filed else None
    if case.case_number == case_number and not is_filed and case.journalised_at is None:
        return False
    case.case_number, case.journalised_at = case_number, filed_at
    case.save(update_fields=["case_number", "journalised_at"])
    log(
        instance=contribution,
        title=contribution.reference,
        action="borgerdialog.journalise",
        user=by,
        data={"case_number": case_number, "filed": is_filed},
    )
    return True
