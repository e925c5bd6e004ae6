"""Staff put a contribution where it belongs."""

import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from wagtail.log_actions import log

from wagtail_borgerdialog.contributions import rules
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.models import Area, Category
from wagtail_borgerdialog.people.eligibility import require


def correct_place(
    contribution: Contribution,
    *,
    area: Area | None,
    category: Category | None,
    by: AbstractBaseUser,
    at: datetime.datetime,
) -> bool:
    """Correct the district and the category; False when nothing changes.

    What the citizen wrote stays as it is. Raises ``NotAllowed`` for staff who neither moderate
    nor answer on the activity.
    """
    decision = rules.may_moderate(by, contribution.activity)
    if not decision:
        require(rules.may_answer(by, contribution.activity))
    if contribution.area == area and contribution.category == category:
        return False
    with transaction.atomic():
        Contribution.objects.filter(pk=contribution.pk).update(
            area=area, category=category, updated_at=at
        )
        contribution.area, contribution.category, contribution.updated_at = area, category, at
        log(
            instance=contribution,
            action="borgerdialog.correct",
            user=by,
            title=contribution.reference,
            data={"area": str(area or ""), "category": str(category or "")},
        )
    return True
