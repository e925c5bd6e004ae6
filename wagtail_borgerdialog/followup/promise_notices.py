"""The mails about promises, queued in the transaction that causes them."""

import datetime

from django.conf import settings
from django.utils import translation

from wagtail_borgerdialog import mail
from wagtail_borgerdialog.contributions import notices
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.selectors import absolute_url
from wagtail_borgerdialog.followup.models import Promise, PromiseChange, PromiseStep, Unit
from wagtail_borgerdialog.templatetags.borgerdialog import bd_day


def to_author(
    promise: Promise,
    step: PromiseChange,
    contribution: Contribution,
    *,
    at: datetime.datetime,
) -> None:
    """What is promised about what they sent, and each thing that happens with it."""
    author = contribution.participant
    language = author.language if author is not None else contribution.language
    notices.to_author(
        contribution,
        f"promise:{promise.pk}:{step.pk}",
        "promise_made" if step.step == PromiseStep.MADE else "promise_news",
        at=at,
        step=step.step,
        what=promise.what,
        description=promise.description,
        promised_by=promise.promised_by,
        note=step.note,
        signed_as=step.by_role,
        due=_day(promise.due_on, language, at=at),
        due_before=_day(step.due_before, language, at=at),
        run_by=promise.handed_over_to.name if promise.handed_over_to else "",
    )


def late(promise: Promise, *, at: datetime.datetime) -> None:
    """The unit that has it is told that its time is over, and so is its manager."""
    unit = _unit_of(promise)
    if unit is None:
        return
    language = settings.LANGUAGE_CODE
    contribution = promise.contribution
    with translation.override(language):
        if contribution is not None and contribution.is_public:
            url = absolute_url(contribution)
        else:
            url = promise.activity.page.get_full_url() or ""
    mailboxes = {"unit-manager": unit.manager_email, "unit": unit.email}
    for email, key in {email: key for key, email in mailboxes.items()}.items():
        mail.queue(
            f"promise-late:{promise.pk}:{promise.due_on:%Y%m%d}",
            template="promise_late",
            to=email,
            recipient_key=f"{key}:{unit.pk}",
            site=promise.site,
            language=language,
            at=at,
            context={
                "what": promise.what,
                "promised_by": promise.promised_by,
                "due": _day(promise.due_on, language, at=at),
                "unit": unit.name,
                "reference": contribution.reference if contribution else "",
                "page": promise.activity.page.title,
                "url": url,
            },
        )


def _unit_of(promise: Promise) -> Unit | None:
    """The unit that keeps it, or else the one that has the case."""
    if promise.unit is not None or promise.contribution is None:
        return promise.unit
    case = getattr(promise.contribution, "case", None)
    return case.unit if case is not None else None


def _day(day: datetime.date | None, language: str, *, at: datetime.datetime) -> str:
    with translation.override(language):
        return bd_day(day, at)
