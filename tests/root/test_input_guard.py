import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt


def echo(request, **kwargs):
    return HttpResponse(f"{request.POST.get('title', '')}|{request.GET.get('q', '')}")


@csrf_exempt
def hook(request):
    return HttpResponse(str(len(request.body)))


urlpatterns = [path("hook/", hook), re_path(r"^(?s:(?P<rest>.*))$", echo)]

GUARD = "wagtail_borgerdialog.middleware.InputGuardMiddleware"


@pytest.fixture(autouse=True)
def _guarded_site():
    with override_settings(
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[GUARD, "django.middleware.csrf.CsrfViewMiddleware"],
        LANGUAGE_CODE="en",
        DATA_UPLOAD_MAX_NUMBER_FIELDS=1000,
        DATA_UPLOAD_MAX_MEMORY_SIZE=2_621_440,
    ):
        yield


def raw(method="GET", path_info="/", query="", **extra):
    return Client().generic(method, "/", QUERY_STRING=query, PATH_INFO=path_info, **extra)


@pytest.mark.parametrize(
    ("path_info", "query"),
    [
        ("/a\x00b", ""),
        ("/\xff", ""),
        ("/\xc3", ""),
        ("/\xed\xa0\x80", ""),
        ("/", "q=%00"),
        ("/", "q=a%00b&c=d"),
        ("/", "%00=1"),
        ("/", "q=%ff"),
        ("/", "q=%c3%28"),
        ("/", "q=%ED%A0%80"),
        ("/", "q=\xff"),
        ("/", "q=\x00"),
        ("/", "q=%C0%80"),
    ],
)
def test_what_no_browser_sends_gets_a_page_that_says_so(path_info, query):
    response = raw(path_info=path_info, query=query)
    assert response.status_code == 400
    page = response.content.decode()
    assert '<html lang="' in page
    assert "<title>" in page
    assert page.count("<h1>") == 1
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("path_info", "query"),
    [
        ("/idéer/".encode().decode("latin-1"), ""),
        ("/100%/", ""),
        ("/", "q=caf%C3%A9"),
        ("/", "q=a+b&q=%25%30%30"),
        ("/", "q=100%"),
        ("/", "q=%F0%9F%91%8D"),
        ("/", "q=%0A%09"),
    ],
)
def test_what_people_send_passes(path_info, query):
    assert raw(path_info=path_info, query=query).status_code == 200


def test_the_page_speaks_the_language_of_the_browser():
    response = raw(query="q=%00", HTTP_ACCEPT_LANGUAGE="da")
    assert response["Content-Language"] == "da"
    assert '<html lang="da"' in response.content.decode()


def post(data, content_type="application/x-www-form-urlencoded", where="/"):
    return Client().generic("POST", where, data, content_type=content_type)


def multipart(value, charset=""):
    body = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n' + value + b"\r\n--x--\r\n"
    return post(body, f"multipart/form-data; boundary=x{charset}")


def test_a_form_is_left_to_the_form():
    assert post(b"title=a%00b").content == b"a\x00b|"
    assert multipart("bænk\x00".encode()).content == "bænk\x00|".encode()


@pytest.mark.parametrize("charset", ["; charset=utf-7", "; charset=latin-1", "; charset=nonsense"])
def test_a_form_in_another_encoding_is_refused(charset):
    assert multipart(b"+2AA-", charset).status_code == 400


def test_a_form_that_says_it_is_utf_8_passes():
    assert multipart(b"a", "; charset=UTF8").status_code == 200


def test_a_form_that_is_too_large_gets_a_page_that_says_so():
    for response in (post(b"title=" + b"x" * 3_000_000), multipart(b"x" * 3_000_000)):
        assert response.status_code == 413
        assert "too much in the form" in response.content.decode()


def test_a_form_with_too_many_fields_gets_it_too():
    response = post("&".join(f"a{number}=1" for number in range(2000)).encode())
    assert response.status_code == 413


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=" + "x" * 300]
)
def test_a_broken_multipart_form_is_refused(content_type):
    assert post(b"--x\r\n", content_type).status_code == 400


def test_a_view_that_reads_its_body_itself_is_left_alone():
    assert post(b"x" * 1000, where="/hook/").content == b"1000"


def test_without_the_guard_django_answers_with_a_bare_page():
    with override_settings(MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"]):
        response = post(b"title=" + b"x" * 3_000_000)
    assert response.status_code == 400
    assert b"too much in the form" not in response.content


@pytest.mark.parametrize(
    ("raw_path", "query", "status"),
    [
        (b"/id%C3%A9er/", b"", 200),
        (b"/%ff", b"", 400),
        (b"/%00", b"", 400),
        (b"/", b"q=%00", 400),
        (b"/", b"q=caf%C3%A9", 200),
    ],
)
def test_it_guards_an_asynchronous_server_too(raw_path, query, status):
    from urllib.parse import unquote

    from asgiref.testing import ApplicationCommunicator
    from django.core.asgi import get_asgi_application

    async def ask():
        scope = {
            "type": "http",
            "method": "GET",
            "path": unquote(raw_path.decode("ascii")),
            "raw_path": raw_path,
            "query_string": query,
            "headers": [(b"host", b"localhost")],
        }
        app = ApplicationCommunicator(get_asgi_application(), scope)
        await app.send_input({"type": "http.request", "body": b"", "more_body": False})
        return (await app.receive_output(5))["status"]

    assert async_to_sync(ask)() == status
