"""The personal data of the ground floors: who takes part, and the mails to them."""

import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.components import RetainedData
from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.people.models import Erasure, Participant

MAILS_KEPT = datetime.timedelta(days=90)
STRANGERS_KEPT = datetime.timedelta(days=30)
AT_A_TIME = 300


class Person(RetainedData):
    """The participant. ``erasing.erase`` empties the row itself, when all others are done."""

    name = "person"
    models = (
        "borgerdialog_people.Participant",
        "borgerdialog_people.Identity",
        "borgerdialog_people.Erasure",
    )

    def export(self, participant: Participant) -> list[dict[str, object]]:
        return [
            {
                "name": participant.name,
                "email": participant.email,
                "language": participant.language,
                "district": participant.area.name if participant.area else "",
                "verification": participant.level,
                "at": participant.created_at.isoformat(),
                "account": participant.user.get_username() if participant.user else "",
            }
        ]

    def purge(self, *, at: datetime.datetime) -> int:
        """People of whom nothing else is held, and the ledger when no backup is that old."""
        unused = Q(user=None, created_at__lt=at - STRANGERS_KEPT)
        for relation in Participant._meta.related_objects:
            if relation.related_model._meta.label not in self.models:
                held = relation.related_model._default_manager.filter(
                    **{f"{relation.field.name}__isnull": False}
                )
                unused &= ~Q(pk__in=held.values(relation.field.name))
        pks = list(Participant.objects.filter(unused).values_list("pk", flat=True)[:AT_A_TIME])
        Participant.objects.filter(pk__in=pks).delete()
        oldest = at - datetime.timedelta(days=app_settings.ERASURE_LEDGER_DAYS)
        forgotten, _tables = Erasure.objects.filter(erased_at__lt=oldest).delete()
        return len(pks) + forgotten


class Mails(RetainedData):
    """The outbox: what waits, and the marks of what was sent."""

    name = "mails"
    label = _("Mails on their way to you")
    models = ("borgerdialog.OutgoingMail",)

    def _to(self, participant: Participant) -> Q:
        keys = participant.identities.values("key")
        return Q(recipient_key=participant.person_key) | Q(recipient_key__in=keys)

    def export(self, participant: Participant) -> list[dict[str, object]]:
        waiting = OutgoingMail.objects.filter(self._to(participant), sent_at=None)
        return [
            {
                "title": str(mail.context.get("title", "")) or mail.template,
                "at": mail.created_at.isoformat(),
                "to": mail.to_email,
                "about": mail.context,
            }
            for mail in waiting.order_by("-created_at", "-pk")
        ]

    def erase(self, participant: Participant, *, at: datetime.datetime) -> int:
        own = OutgoingMail.objects.filter(self._to(participant) | Q(to_email=participant.email))
        gone, _tables = own.exclude(to_email="", sent_at=None).delete()
        # What waits to be sent to others may tell of the person.
        mask = participant.mask
        for mail in OutgoingMail.objects.exclude(context={}) if mask else ():
            context = mask.over(mail.context, language=mail.language)
            if context != mail.context:
                OutgoingMail.objects.filter(pk=mail.pk).update(context=context)
        return gone

    def purge(self, *, at: datetime.datetime) -> int:
        """What was sent or given up long ago; its mark kept it from being sent twice."""
        old = at - MAILS_KEPT
        done = Q(sent_at__lt=old) | Q(failed_at__lt=old)
        pks = list(OutgoingMail.objects.filter(done).values_list("pk", flat=True)[:AT_A_TIME])
        gone, _tables = OutgoingMail.objects.filter(pk__in=pks).delete()
        return gone


RETAINED = (Person(), Mails())
