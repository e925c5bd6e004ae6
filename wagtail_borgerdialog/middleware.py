"""Refuses requests that no browser sends by itself, before anything trips over them.

Add it first in ``MIDDLEWARE``::

    MIDDLEWARE = ["wagtail_borgerdialog.middleware.InputGuardMiddleware", ...]

It guards the whole site, not our addresses alone: Wagtail's search and its API answer a
NUL byte in the query with a 500 as well.
"""

import codecs
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.deprecation import MiddlewareMixin

_FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def _is_clean_utf8(percent_encoded: bytes) -> bool:
    raw = unquote_to_bytes(percent_encoded)
    if b"\x00" in raw:
        return False
    try:
        raw.decode("utf-8")  # strict: refuses surrogates too
    except UnicodeDecodeError:
        return False
    return True


def _as_bytes(value: str) -> bytes:
    """What the server sent, of which WSGI makes Latin-1 and ASGI a decoded string."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")


def _path_of(request: HttpRequest) -> bytes:
    raw_path = getattr(request, "scope", {}).get("raw_path")
    if raw_path:
        return raw_path
    # Under WSGI Django has decoded it, and put broken UTF-8 back as percent-encoded bytes.
    return request.path_info.encode("utf-8", "surrogatepass")


class InputGuardMiddleware(MiddlewareMixin):
    """Answers 400 to a path or query with NUL bytes, broken UTF-8 or lone surrogates.

    Form data in another encoding than UTF-8 is refused too (UTF-7 can smuggle lone
    surrogates in), and a form that breaks one of Django's limits gets a page that says so
    (413) instead of a bare "Bad Request". What is typed *in* a form is left to the form,
    which cleans it and shows it again.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        query = _as_bytes(request.META.get("QUERY_STRING", ""))
        if not (_is_clean_utf8(_path_of(request)) and _is_clean_utf8(query)):
            return self._refuse(request, status=400)
        if request.content_type in _FORM_TYPES:
            charset = (request.content_params or {}).get("charset", "utf-8")
            try:
                is_utf8 = codecs.lookup(charset).name == "utf-8"
            except (LookupError, ValueError):
                is_utf8 = False
            if not is_utf8:
                return self._refuse(request, status=400)
        return None

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        # Django's CSRF check reads the form at this point anyway, except for these views.
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        if request.content_type not in _FORM_TYPES:
            return None
        try:
            _ = request.POST
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            return self._refuse(request, status=413)
        except MultiPartParserError:
            return self._refuse(request, status=400)
        except OSError:
            # The connection broke; whoever reads the form next deals with it.
            return None
        return None

    def _refuse(self, request: HttpRequest, *, status: int) -> HttpResponse:
        language = translation.get_language_from_request(request)
        with translation.override(language):
            # Without the request: a host's context processors would read the bad path again.
            page = render_to_string(
                "wagtail_borgerdialog/bad_request.html",
                {"is_too_large": status == 413},
            )
        response = HttpResponse(page, status=status, headers={"Content-Language": language})
        add_never_cache_headers(response)
        return response
