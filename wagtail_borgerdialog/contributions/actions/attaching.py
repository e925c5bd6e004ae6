"""Files that citizens add: made safe first, then stored with what they were sent for."""

import dataclasses
import datetime
from collections.abc import Sequence

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.contributions.files import check_pdf, process_image, safe_filename
from wagtail_borgerdialog.contributions.models import Attachment, Contribution

PDF = "application/pdf"


@dataclasses.dataclass(frozen=True)
class PreparedFile:
    """A file that is safe to store: an image written anew, or a PDF that only shows something."""

    content: File
    name: str
    content_type: str
    width: int | None = None
    height: int | None = None

    @property
    def is_image(self) -> bool:
        """Whether it needs a description for those who cannot see it."""
        return self.content_type != PDF


def prepare_file(upload: UploadedFile | File) -> PreparedFile:
    """Make an upload safe to store. Raises ``ValidationError`` that says what to do instead."""
    limit = app_settings.ATTACHMENT_MAX_BYTES
    name = upload.name or ""
    upload.seek(0)
    looks_like_pdf = b"%PDF-" in upload.read(1024)
    upload.seek(0)
    if looks_like_pdf or name.lower().endswith(".pdf"):
        check_pdf(upload, max_bytes=limit)
        upload.seek(0)
        content = ContentFile(upload.read())
        return PreparedFile(content, safe_filename(name, extension="pdf"), PDF)
    image = process_image(upload, max_bytes=limit)
    return PreparedFile(
        content=image.content,
        name=safe_filename(name, extension=image.extension),
        content_type=image.content_type,
        width=image.width,
        height=image.height,
    )


def add_attachment(
    contribution: Contribution, *, file: PreparedFile, alt_text: str, at: datetime.datetime
) -> Attachment:
    """Store ``file`` with ``contribution``. The caller has checked who may add it.

    Raises ``ValueError`` for an image without ``alt_text``, and when there are
    ``ATTACHMENTS_PER_CONTRIBUTION`` already.
    """
    if file.is_image and not alt_text:
        raise ValueError("A picture needs a description.")
    if contribution.attachments.count() >= app_settings.ATTACHMENTS_PER_CONTRIBUTION:
        raise ValueError("There are as many attachments as the site allows.")
    attachment = Attachment(
        contribution_id=contribution.pk,
        name=file.name,
        content_type=file.content_type,
        size=file.content.size,
        width=file.width,
        height=file.height,
        alt_text=alt_text if file.is_image else "",
        created_at=at,
    )
    attachment.file.save(file.name, file.content, save=False)
    try:
        with transaction.atomic():
            attachment.save(force_insert=True)
    except Exception:
        attachment.file.storage.delete(attachment.file.name)
        raise
    return attachment


def add_attachments(
    contribution: Contribution,
    files: Sequence[tuple[PreparedFile, str]],
    *,
    at: datetime.datetime,
) -> list[Attachment]:
    """Store what ``AttachmentFormMixin.attachments`` holds: pairs of file and description.

    All or none. Raises ``ValueError`` as :func:`add_attachment` does.
    """
    added: list[Attachment] = []
    try:
        with transaction.atomic():
            # Requests at the same moment take turns, and keep to the limit together.
            Contribution.objects.select_for_update().values_list("pk").get(pk=contribution.pk)
            for file, alt_text in files:
                added.append(add_attachment(contribution, file=file, alt_text=alt_text, at=at))
    except Exception:
        for attachment in added:
            attachment.file.storage.delete(attachment.file.name)
        raise
    return added


def delete_stored_file(attachment: Attachment) -> None:
    """Delete the file of a row that is gone, once that is certain."""
    storage, name = attachment.file.storage, attachment.file.name
    if name:
        # A function of its own: Django cannot name a partial, and fails where it should only log.
        transaction.on_commit(lambda: storage.delete(name), robust=True)
