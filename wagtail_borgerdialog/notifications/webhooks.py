"""Tell other systems what happens, signed (https://www.standardwebhooks.com).

A delivery is a row in the transaction of its event. It says what happened to which reference, and
never who did it: whoever needs more reads the page.
"""

import base64
import datetime
import hashlib
import hmac
import json
from http.client import HTTPException

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_tasks import task

from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.contributions.models import Contribution
from wagtail_borgerdialog.contributions.selectors import path_on
from wagtail_borgerdialog.leases import claim
from wagtail_borgerdialog.notifications.models import Webhook, WebhookDelivery
from wagtail_borgerdialog.notifications.transport import post

MAX_ATTEMPTS = 12
LEASE = datetime.timedelta(minutes=5)
LONGEST_WAIT = datetime.timedelta(hours=12)
KEPT = datetime.timedelta(days=30)
GONE = 410


def events() -> dict[str, str]:
    """What a webhook can be told, by name: what followers are told too."""
    return {
        name: sentence
        for component in registry
        for name, sentence in component.event_names().items()
    }


def something_has_happened(
    sender: type, contribution: Contribution, event: str, at: datetime.datetime, **kwargs: object
) -> None:
    """Queue ``event`` for the webhooks of the site, if it is about what everybody may read."""
    if event not in events():
        return
    hooks = [
        hook
        for hook in Webhook.objects.active().filter(site=contribution.site_id)
        if event in hook.events
    ]
    if not hooks:
        return
    public = Contribution.objects.visible_to(AnonymousUser(), contribution.site)
    if not public.filter(pk=contribution.pk).exists():
        return
    named = f"{contribution.pk}:{event}:{at.isoformat()}"
    event_id = f"evt_{hashlib.sha256(named.encode()).hexdigest()[:40]}"
    page_url = contribution.activity.page.get_full_url() or ""
    payload = {
        "type": event,
        "timestamp": at.astimezone(datetime.UTC).isoformat(),
        "data": {
            "reference": contribution.reference,
            "kind": contribution.activity.kind,
            "url": path_on(page_url, contribution.reference),
        },
    }
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(
                webhook=hook,
                event_id=event_id,
                payload=payload,
                created_at=at,
                next_attempt_at=at,
            )
            for hook in hooks
        ],
        ignore_conflicts=True,
    )
    for hook in hooks:
        if hook.failing_since is None:
            _after_commit(hook.pk, event_id)


def _after_commit(webhook_pk: int, event_id: str) -> None:
    transaction.on_commit(lambda: send_one.enqueue(webhook_pk, event_id), robust=True)


@task()
def send_one(webhook_pk: int, event_id: str) -> None:
    """Send one delivery, if nobody else has and its receiver does not fail at the moment."""
    at = timezone.now()
    well = WebhookDelivery.objects.filter(webhook__failing_since=None)
    delivery = _claim(well.filter(webhook=webhook_pk, event_id=event_id), at=at)
    if delivery is not None:
        _hand_over(delivery, at=at)


def send_due(*, at: datetime.datetime, limit: int = 500) -> tuple[int, int]:
    """Send what is due, oldest first; returns how many were taken and how many put off.

    A receiver that fails once is left alone until the next run.
    """
    sent = put_off = 0
    failing: set[int] = set()
    started = timezone.now()
    for _turn in range(limit):
        now = at + (timezone.now() - started)
        delivery = _claim(WebhookDelivery.objects.exclude(webhook__in=failing), at=now)
        if delivery is None:
            break
        if _hand_over(delivery, at=now):
            sent += 1
        else:
            put_off += 1
            failing.add(delivery.webhook_id)
    WebhookDelivery.objects.filter(delivered_at__lt=at - KEPT).delete()
    return sent, put_off


def _claim(
    deliveries: QuerySet[WebhookDelivery], *, at: datetime.datetime
) -> WebhookDelivery | None:
    return claim(deliveries.due(at).select_related("webhook"), until=at + LEASE)


def _hand_over(delivery: WebhookDelivery, *, at: datetime.datetime) -> bool:
    """Send a claimed delivery; whether the receiver took it (any answer from 200 to 299)."""
    hook = delivery.webhook
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
    status = 0
    try:
        status = post(hook.url, body, headers(delivery, body, at=at))
        error = "" if 200 <= status < 300 else f"HTTP {status}"
    except (OSError, HTTPException, ValueError) as failure:
        error = type(failure).__name__
    if not error:
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            delivered_at=at, last_error="", attempts=delivery.attempts + 1
        )
        Webhook.objects.filter(pk=hook.pk).exclude(failing_since=None).update(failing_since=None)
        return True
    attempts = delivery.attempts + 1
    wait = min(datetime.timedelta(minutes=2**attempts), LONGEST_WAIT)
    # Whoever has taken over since our lease ended knows better than we do.
    held = WebhookDelivery.objects.filter(pk=delivery.pk, next_attempt_at=delivery.next_attempt_at)
    held.filter(delivered_at=None).update(
        attempts=attempts,
        next_attempt_at=at + wait,
        failed_at=at if attempts >= MAX_ATTEMPTS or status == GONE else None,
        last_error=error,
    )
    Webhook.objects.filter(pk=hook.pk, failing_since=None).update(failing_since=at)
    if status == GONE:  # the receiver says that it is no more
        Webhook.objects.filter(pk=hook.pk).update(is_active=False)
    return False


def headers(delivery: WebhookDelivery, body: bytes, *, at: datetime.datetime) -> dict[str, str]:
    """What a receiver checks: who it is from, that it is whole, and that it is new.

    The id is the same at every try. While Django's ``SECRET_KEY_FALLBACKS`` hold, the signatures
    of the earlier keys come along, so that receivers need not change theirs the same minute.
    """
    timestamp = str(int(at.timestamp()))
    signed = f"{delivery.event_id}.{timestamp}.".encode() + body
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    signatures = [
        hmac.new(_secret(delivery.webhook, key), signed, hashlib.sha256).digest() for key in keys
    ]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "wagtail-borgerdialog",
        "webhook-id": delivery.event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(
            f"v1,{base64.b64encode(signature).decode()}" for signature in signatures
        ),
    }


def _secret(hook: Webhook, key: str) -> bytes:
    salt = "wagtail_borgerdialog.webhook"
    return salted_hmac(salt, hook.nonce.hex, secret=key, algorithm="sha256").digest()


def new_secret(hook: Webhook) -> str:
    """Give ``hook`` a new secret, and return it in the form that receivers' libraries read."""
    hook.nonce = type(hook)._meta.get_field("nonce").get_default()
    hook.save(update_fields=["nonce"])
    return f"whsec_{base64.b64encode(_secret(hook, settings.SECRET_KEY)).decode()}"


def try_again(deliveries: QuerySet[WebhookDelivery], *, at: datetime.datetime) -> int:
    """Give what no receiver has taken a fresh start; returns how many."""
    return deliveries.filter(delivered_at=None).update(
        failed_at=None, attempts=0, next_attempt_at=at
    )
