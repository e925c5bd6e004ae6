from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    ]
)
# Wagtail's editor needs inline styles and scripts; only staff ever get there.
STAFF_PATHS = ("/admin/",)


class ContentSecurityPolicyMiddleware:
    """Prove that citizens' pages need no inline script, no inline style and no third party.

    A view that sets a policy of its own, such as the one that serves attachments, keeps it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(STAFF_PATHS):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response
