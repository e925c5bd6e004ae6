"""Which parts of the page tree a group's participation rights reach."""

import swapper
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _


class GroupActivityAccess(models.Model):
    """The members of ``group`` work with the activities at and below ``page``.

    What they may do there follows from the group's model permissions.
    """

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="activity_access")
    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("page"),
    )

    class Meta:
        verbose_name = _("participation access")
        verbose_name_plural = _("participation access")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "page"], name="borgerdialog_access_once_per_page"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group} → {self.page}"
