"""The numbers of a site's moderation, for everybody to read and to take along."""

import io

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wagtail_borgerdialog.contributions.moderation_numbers import (
    ModerationNumbers,
    moderation_numbers,
)
from wagtail_borgerdialog.contributions.views.common import site_or_404
from wagtail_borgerdialog.exports import stream_csv, write_xlsx
from wagtail_borgerdialog.views import cacheable, settings_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    """The table; ``?export=csv`` and ``?export=xlsx`` are files of it."""
    site = site_or_404(request)
    numbers = moderation_numbers(site)
    asked = request.GET.get("export", "")
    response: HttpResponse | StreamingHttpResponse
    if asked == "csv":
        lines = stream_csv(_cells(numbers), headings=_headings(numbers))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    elif asked == "xlsx":
        file = io.BytesIO()
        write_xlsx(_cells(numbers), file, headings=_headings(numbers), title=_("Moderation"))
        response = HttpResponse(file.getvalue(), content_type=XLSX)
    else:
        context = {"numbers": numbers, "participation": settings_of(request, site)}
        return cacheable(
            request,
            render(request, "wagtail_borgerdialog/contributions/transparency.html", context),
        )
    response["Content-Disposition"] = f'attachment; filename="moderation.{asked}"'
    return cacheable(request, response)


def _headings(numbers: ModerationNumbers) -> list[str]:
    return ["", *(str(year) for year in numbers.years)]


def _cells(numbers: ModerationNumbers) -> list[list[object]]:
    return [
        [
            _("%(what)s (hours)") % {"what": row.label} if row.is_hours else row.label,
            *row.values,
        ]
        for row in numbers.rows
    ]
