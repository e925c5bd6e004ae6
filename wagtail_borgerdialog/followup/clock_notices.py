"""The mails about who has a case and when an answer is due, to staff and to the author."""

import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils import translation
from wagtail.models import Site
from wagtail.users.models import UserProfile

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.contributions import notices
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.followup.deadlines import local_day
from wagtail_borgerdialog.followup.models import Case, DeadlineChange, DeadlineStep, Handover
from wagtail_borgerdialog.models import ParticipationSettings
from wagtail_borgerdialog.templatetags.borgerdialog import bd_day

Mailbox = tuple[str, str, str]
"""An address, the key of whose it is, and the language."""

AUTHORS_MAILS = {
    DeadlineStep.PAUSED: "answer_waits",
    DeadlineStep.RESUMED: "answer_due",
    DeadlineStep.LATE: "answer_late",
}


def to_author(contribution: Contribution, step: DeadlineChange, *, at: datetime.datetime) -> None:
    """The answer waits, waits no longer, or is late. When it is set, the event's own mail says."""
    author = contribution.participant
    language = author.language if author is not None else contribution.language
    notices.to_author(
        contribution,
        f"deadline:{step.pk}",
        AUTHORS_MAILS[step.step],
        at=at,
        due=_day(step.due_on, language, at=at),
        reason=step.reason,
        next_decision=_day(step.next_decision_on, language, at=at),
    )


def handed_over(case: Case, step: Handover, *, at: datetime.datetime) -> None:
    """Whoever has the case now is told, unless they took it themselves."""
    if step.to_caseworker is not None and step.to_caseworker == step.by:
        return
    if step.to_caseworker is not None and step.to_caseworker != step.from_caseworker:
        mailbox = _person(step.to_caseworker)
    elif step.to_unit is not None and step.to_unit != step.from_unit:
        mailbox = (step.to_unit.email, f"unit:{step.to_unit.pk}", settings.LANGUAGE_CODE)
    else:
        return
    _to_staff(case, f"handover:{step.pk}", "staff_handed_over", mailbox, at=at, note=step.note)


def is_due_soon(case: Case, *, at: datetime.datetime) -> None:
    """The caseworker is reminded, or the unit where nobody has the case."""
    _to_staff(case, _named(case, "due-soon"), "staff_due_soon", _who_has(case), at=at)


def pause_is_over(case: Case, *, at: datetime.datetime) -> None:
    """The day of the decision has passed: the caseworker has to say what came of it."""
    _to_staff(case, _named(case, "pause-over"), "staff_pause_over", _who_has(case), at=at)


def is_late(case: Case, *, at: datetime.datetime) -> None:
    """The manager who answers for it is told, or who comes nearest to one."""
    _to_staff(case, _named(case, "late"), "staff_late", _who_is_in_charge(case), at=at)


def _named(case: Case, event: str) -> str:
    return f"{event}:{case.pk}:{case.due_at:%Y%m%d%H%M}"


def _who_has(case: Case) -> Mailbox:
    if case.caseworker is not None and case.caseworker.is_active and case.caseworker.email:
        return _person(case.caseworker)
    if case.unit is not None and case.unit.email:
        return case.unit.email, f"unit:{case.unit.pk}", settings.LANGUAGE_CODE
    return _contact(case.contribution.site)


def _who_is_in_charge(case: Case) -> Mailbox:
    unit = case.unit
    if unit is not None and unit.manager_email:
        return unit.manager_email, f"unit-manager:{unit.pk}", settings.LANGUAGE_CODE
    if unit is not None and unit.email:
        return unit.email, f"unit:{unit.pk}", settings.LANGUAGE_CODE
    return _contact(case.contribution.site)


def _contact(site: Site) -> Mailbox:
    email = ParticipationSettings.for_site(site).contact_email
    return email, f"contact:{site.pk}", settings.LANGUAGE_CODE


def _person(user: AbstractBaseUser) -> Mailbox:
    profile = UserProfile.objects.filter(user=user).first()
    language = profile.preferred_language if profile is not None else ""
    return user.email, f"staff:{user.pk}", language or settings.LANGUAGE_CODE


def _to_staff(
    case: Case,
    event: str,
    template: str,
    mailbox: Mailbox,
    *,
    at: datetime.datetime,
    **context: mail.JSONValue,
) -> None:
    email, key, language = mailbox
    contribution = case.contribution
    mail.queue(
        event,
        template=template,
        to=email,
        recipient_key=key,
        site=contribution.site,
        language=language,
        at=at,
        context={
            "reference": contribution.reference,
            "title": contribution.title,
            "title_language": contribution.language,
            "page_title": contribution.activity.page.title,
            "due": _day(local_day(case.due_at) if case.due_at else None, language, at=at),
            "unit": case.unit.name if case.unit else "",
            "caseworker": str(case.caseworker) if case.caseworker else "",
            "url": _admin_url(contribution),
            **context,
        },
    )


def _admin_url(contribution: Contribution) -> str:
    # Not above: Wagtail's admin is not ready while apps are loaded.
    from wagtail_borgerdialog.contributions.viewsets import case_url

    base = getattr(settings, "WAGTAILADMIN_BASE_URL", "") or contribution.site.root_url
    return f"{base.rstrip('/')}{case_url(contribution)}"


def _day(day: datetime.date | None, language: str, *, at: datetime.datetime) -> str:
    with translation.override(language):
        return bd_day(day, at) if day else ""
