"""Queue mails with the change that causes them; send them when it is safe.

``queue()`` writes a row inside the caller's transaction. After commit a task tries to send it at
once; ``manage.py borgerdialog_send_mail`` sends whatever is left. No request fails because a mail
server does.
"""

import datetime
import logging
import re
import traceback
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.encoding import punycode
from django_tasks import task
from wagtail.models import Site

from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.leases import claim
from wagtail_borgerdialog.models import OutgoingMail, ParticipationSettings

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
LEASE = datetime.timedelta(minutes=10)
LONGEST_WAIT = datetime.timedelta(hours=12)
LONGEST_WAIT_FOR_SERVER = datetime.timedelta(minutes=15)
PAUSE_AFTER_FAILURE = 60
_BLANK_LINES = re.compile(r"\n\s*\n")
_PAUSE_KEY = "borgerdialog-mail-server-down"

JSONValue = str | int | float | bool | None | list["JSONValue"] | dict[str, "JSONValue"]


def queue(
    event: str,
    *,
    template: str,
    to: str,
    recipient_key: str,
    site: Site,
    language: str,
    at: datetime.datetime,
    context: dict[str, JSONValue] | None = None,
) -> None:
    """Write one mail into the outbox, once per ``(recipient_key, event)``.

    ``template`` names a folder entry ``wagtail_borgerdialog/mail/<template>.txt`` (first line:
    the subject) and ``.html``. ``context`` holds JSON values only. Call it inside the transaction
    that makes ``event`` true; an empty ``to`` queues nothing.
    """
    if not to:
        return
    OutgoingMail.objects.bulk_create(
        [
            OutgoingMail(
                site=site,
                recipient_key=recipient_key,
                event=event,
                template=template,
                context=context or {},
                to_email=to,
                language=language,
                created_at=at,
                next_attempt_at=at,
            )
        ],
        ignore_conflicts=True,
    )
    # A function of its own: Django cannot name a partial, and fails where it should only log.
    transaction.on_commit(lambda: _send_soon(recipient_key, event), robust=True)


def _send_soon(recipient_key: str, event: str) -> None:
    if cache_says_down():
        return
    send_one.enqueue(recipient_key, event)


def cache_says_down() -> bool:
    """Whether the mail server failed a moment ago, so that requests should not wait for it."""
    try:
        return bool(cache.get(_PAUSE_KEY))
    except Exception:
        return False


def _note_failure() -> None:
    try:
        cache.set(_PAUSE_KEY, True, PAUSE_AFTER_FAILURE)
    except Exception:
        logger.warning("The cache did not answer while noting a mail failure.")


@task()
def send_one(recipient_key: str, event: str) -> None:
    """Send one queued mail, if nobody else has."""
    mail = OutgoingMail.objects.unsent().filter(recipient_key=recipient_key, event=event).first()
    if mail is not None:
        deliver(mail, at=timezone.now())


def send_due(*, at: datetime.datetime, limit: int = 500) -> tuple[int, int]:
    """Send what is due, oldest first; returns how many were sent and how many were put off.

    Stops at the first failure of the server itself, so that a dead server costs one time-out.
    """
    sent = put_off = 0
    started = timezone.now()
    for _turn in range(limit):
        # A claim counts from its own moment: a slow server can make a run longer than a lease.
        now = at + (timezone.now() - started)
        mail = _claim(OutgoingMail.objects.all(), at=now)
        if mail is None:
            break
        if _hand_over(mail, at=now):
            sent += 1
        else:
            put_off += 1
            if cache_says_down():
                break
    return sent, put_off


def deliver(mail: OutgoingMail, *, at: datetime.datetime) -> bool | None:
    """Claim ``mail`` and hand it to the mail server.

    Returns True when the server took it, False when it is put off or given up, None when another
    process holds it.
    """
    claimed = _claim(OutgoingMail.objects.filter(pk=mail.pk), at=at)
    return None if claimed is None else _hand_over(claimed, at=at)


def _claim(mails: QuerySet[OutgoingMail], *, at: datetime.datetime) -> OutgoingMail | None:
    """The first of ``mails`` that is due and nobody's, leased to us; None when there is none."""
    return claim(mails.due(at).select_related("site"), until=at + LEASE)


def _hand_over(mail: OutgoingMail, *, at: datetime.datetime) -> bool:
    """Hand a claimed ``mail`` to the server; whether the server took it.

    Only what is wrong with the mail itself makes us give it up; a server may be away for days.
    """
    try:
        build(mail).send()
    except SMTPRecipientsRefused as error:  # the address is wrong, the server is well
        _put_off(mail, at=at, error=error)
        return False
    except (SMTPException, OSError) as error:
        if isinstance(error, SMTPDataError) and error.smtp_code >= 500:  # the same, of the text
            _put_off(mail, at=at, error=error)
            return False
        _note_failure()
        _put_off(mail, at=at, error=error, is_server=True)
        return False
    except Exception as error:  # one mail that cannot be built must not hold up the others
        # The words of the error can hold the address; where it happened is enough.
        logger.error(
            "Mail %s (%s) could not be built: %s\n%s",
            mail.pk,
            mail.template,
            type(error).__name__,
            "".join(traceback.format_tb(error.__traceback__)),
        )
        _put_off(mail, at=at, error=error)
        return False
    OutgoingMail.objects.filter(pk=mail.pk).update(
        sent_at=at, to_email="", context={}, last_error="", attempts=mail.attempts + 1
    )
    return True


def _put_off(
    mail: OutgoingMail, *, at: datetime.datetime, error: Exception, is_server: bool = False
) -> None:
    attempts = mail.attempts + 1
    wait = datetime.timedelta(minutes=2 ** min(attempts, MAX_ATTEMPTS))
    gives_up = attempts >= MAX_ATTEMPTS and not is_server
    # Whoever has taken over since our lease ended knows better than we do.
    held = OutgoingMail.objects.unsent().filter(pk=mail.pk, next_attempt_at=mail.next_attempt_at)
    held.update(
        attempts=attempts,
        next_attempt_at=at + min(wait, LONGEST_WAIT_FOR_SERVER if is_server else LONGEST_WAIT),
        failed_at=at if gives_up else None,
        last_error=type(error).__name__,
    )


def message_id(mail: OutgoingMail) -> str:
    """The Message-ID of ``mail``: the same at every try, so that servers can drop a double.

    It tells nobody whom the mail is to, and no other row ever has it.
    """
    parts = [mail.recipient_key, mail.event, mail.created_at.isoformat()]
    digest = salted_hmac("wagtail_borgerdialog.mail", "\n".join(parts), algorithm="sha256")
    return f"<{digest.hexdigest()[:40]}@{punycode(mail.site.hostname)}>"


def build(mail: OutgoingMail) -> EmailMultiAlternatives:
    """Render ``mail`` in its recipient's language: subject, plain text and simple HTML."""
    settings = ParticipationSettings.for_site(mail.site)
    context = {
        **mail.context,
        "site": mail.site,
        "site_url": mail.site.root_url,
        "participation": settings,
        "sender": settings.organisation_name or mail.site.site_name or mail.site.hostname,
        "language": mail.language,
    }
    base = f"wagtail_borgerdialog/mail/{mail.template}"
    with translation.override(mail.language):
        subject, _, body = render_to_string(f"{base}.txt", context).strip().partition("\n")
        html = render_to_string(f"{base}.html", {**context, "subject": subject})
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        # What a template leaves out leaves blank lines behind.
        body=_BLANK_LINES.sub("\n\n", body).strip() + "\n",
        to=[mail.to_email],
        connection=get_connection(fail_silently=False, timeout=app_settings.MAIL_TIMEOUT),
        headers={
            "Message-ID": message_id(mail),
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
        },
    )
    message.attach_alternative(html, "text/html")
    message.extra_headers.update(unsubscribe_headers(mail))
    return message


def unsubscribe_headers(mail: OutgoingMail) -> dict[str, str]:
    """One-click unsubscribing (RFC 8058), for mails whose context has an ``unsubscribe_url``."""
    url = mail.context.get("unsubscribe_url")
    if not url:
        return {}
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def try_again(mails: QuerySet[OutgoingMail], *, at: datetime.datetime) -> int:
    """Give unsent ``mails`` a fresh start, also those that were given up; returns how many."""
    return mails.filter(sent_at=None).update(failed_at=None, attempts=0, next_attempt_at=at)
