"""Who has the answers that the municipality owes, and which one of them has to wait."""

import datetime

from django.contrib.auth.models import AbstractBaseUser

from wagtail_borgerdialog.followup.actions.assigning import assign
from wagtail_borgerdialog.followup.actions.clock import pause_clock
from wagtail_borgerdialog.followup.models import Case, Unit

UNITS = (("By og Trafik", "by-og-trafik"), ("Natur og Klima", "natur-og-klima"))
WHY = (
    "Forslaget koster penge, som ikke er sat af i år. Byrådet tager stilling, når det vedtager "
    "budgettet."
)


def share_out(*, staff: AbstractBaseUser, at: datetime.datetime) -> None:
    """Give each unit some of what is owed; the last but one waits for the council's budget."""
    units = [
        Unit.objects.get_or_create(
            name=name,
            defaults={
                "email": f"{mailbox}@example.dk",
                "manager_email": f"leder-{mailbox}@example.dk",
            },
        )[0]
        for name, mailbox in UNITS
    ]
    owed = Case.objects.owed().select_related(
        "contribution__activity__page", "contribution__site", "contribution__participant"
    )
    cases = list(owed.oldest_first())
    for number, case in enumerate(cases):
        caseworker = staff if number % 3 == 0 else None
        unit = units[number % len(units)]
        assign(case.contribution, unit=unit, caseworker=caseworker, by=staff, at=at)
    for case in cases[-2:-1]:
        decision = (at + datetime.timedelta(days=40)).date()
        pause_clock(case.contribution, reason=WHY, next_decision_on=decision, by=staff, at=at)
