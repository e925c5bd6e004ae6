"""Files that citizens add; served through a view that checks the contribution first."""

import secrets
import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def attachment_path(attachment: "Attachment", filename: str) -> str:
    """A path that cannot be guessed, neither from the public address nor from the file's name."""
    secret = secrets.token_hex(16)
    return f"borgerdialog/attachments/{secret[:2]}/{secret}.bin"


def attachment_storage() -> Storage:
    """``STORAGES["borgerdialog"]`` where the site has one, else its default storage.

    A storage of its own can keep the files out of the folder that a web server hands out.
    """
    return storages["borgerdialog" if "borgerdialog" in settings.STORAGES else "default"]


class Attachment(models.Model):
    """An image (re-encoded, stripped of metadata) or a PDF."""

    contribution = models.ForeignKey(
        "borgerdialog_contributions.Contribution",
        on_delete=models.CASCADE,
        related_name="attachments",
    )
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.FileField(upload_to=attachment_path, storage=attachment_storage)
    name = models.CharField(_("file name"), max_length=100)
    content_type = models.CharField(max_length=50)
    size = models.PositiveIntegerField(help_text=_("Bytes."))
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    alt_text = models.CharField(_("description of the picture"), max_length=250, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        """Whether it can be shown, rather than downloaded."""
        return self.content_type.startswith("image/")

    @property
    def url(self) -> str:
        """Where it is served, to those who may see it."""
        return reverse("borgerdialog:file", args=[self.uuid])
