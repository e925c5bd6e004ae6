"""Attachments: whoever asks, and whenever, the contribution is asked first."""

import logging
import uuid

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from wagtail_borgerdialog.contributions.selectors import attachment_for
from wagtail_borgerdialog.contributions.views.common import site_or_404
from wagtail_borgerdialog.views import visitor

logger = logging.getLogger(__name__)

# A file is looked at by itself: it loads nothing, runs nothing, and is framed by nobody.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_safe
def file(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """The file, to those who may see it now; 404 to all others."""
    found = attachment_for(visitor(request), uuid, site=site_or_404(request))
    if found is None:
        raise Http404("There is no such file.")
    etag = f'"{found.attachment.uuid.hex}"'
    response: HttpResponse
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        try:
            stored = found.attachment.file.open("rb")
        except FileNotFoundError:
            logger.exception(
                "The file of attachment %s is not in the storage.", found.attachment.pk
            )
            raise Http404("There is no such file.") from None
        response = FileResponse(
            stored,
            as_attachment=not found.attachment.is_image,
            filename=found.attachment.name,
            content_type=found.attachment.content_type,
        )
    response["ETag"] = etag
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if found.is_public:
        # Kept by proxies, but never handed on without asking here: it may be hidden any minute.
        patch_cache_control(response, public=True, no_cache=True)
    else:
        patch_cache_control(response, private=True, no_store=True)
    return response
