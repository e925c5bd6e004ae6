"""Participants: as little about a person as the work needs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.models import Area
from wagtail_borgerdialog.terms import NameDisplay, VerificationLevel


class EmailDomainRule(models.Model):
    """How one mail domain writes the same mailbox in several ways. Staff edit the table.

    The row ``*`` holds for all other domains.
    """

    domain = models.CharField(
        _("domain"),
        max_length=253,
        unique=True,
        help_text=_("For example gmail.com, or * for all."),
    )
    ignores_dots = models.BooleanField(_("ignores dots before the @"), default=False)
    plus_addresses = models.BooleanField(
        _("ignores what follows a +"),
        default=True,
        help_text=_("name+anything@domain reaches name@domain."),
    )
    same_as = models.CharField(
        _("is the same as"), max_length=253, blank=True, help_text=_("For example gmail.com.")
    )

    class Meta:
        verbose_name = _("e-mail domain rule")
        verbose_name_plural = _("e-mail domain rules")
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.domain


class Participant(models.Model):
    """A person who takes part: signed in, known by a confirmed e-mail, or entered by staff."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="borgerdialog_participant",
    )
    person_key = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.SET_NULL, verbose_name=_("district")
    )
    level = models.CharField(
        _("verification"),
        max_length=10,
        choices=VerificationLevel.choices,
        default=VerificationLevel.NONE,
    )
    language = models.CharField(_("language"), max_length=10, default="da")
    created_at = models.DateTimeField(_("first seen"))

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")

    def __str__(self) -> str:
        return self.name or str(_("A citizen"))

    def shown_as(self, display: str) -> str:
        """What to store as the public name; empty for *a citizen*."""
        return shown_name(self.name, display=display, area=self.area)


class Identity(models.Model):
    """One way in which a participant is recognised: an HMAC of an address or of an eID subject."""

    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="identities"
    )
    key = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="borgerdialog_identity_has_key")
        ]

    def __str__(self) -> str:
        return self.key[:8]


class Erasure(models.Model):
    """Somebody asked to be forgotten: what a restored backup has to be told again.

    ``key`` is that of an identity; there is neither a name nor an address. ``pseudonym`` is what
    the person's supports count under from then on, so that somebody who comes back is still
    counted once. The row goes when no backup is that old (``ERASURE_LEDGER_DAYS``).
    """

    key = models.CharField(max_length=64, unique=True)
    pseudonym = models.CharField(max_length=64)
    erased_at = models.DateTimeField()
    took_down = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self) -> str:
        return self.key[:8]


def shown_name(name: str, *, display: str, area: Area | None) -> str:
    """The public form of ``name``; empty stands for *a citizen*.

    Names are shown only as far as the person chose (Datatilsynet, 2 July 2021).
    """
    if not name or display == NameDisplay.ANONYMOUS:
        return ""
    if display == NameDisplay.FULL:
        return name
    first = name.split()[0]
    return f"{first}, {area.name}" if area else first
