import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from wagtail.models import Site


def home_answers(client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "Hjem</h1>" in response.content.decode()


@pytest.mark.django_db
def test_the_front_page_answers(client):
    home_answers(client)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "after a flush"])
def test_the_site_is_there_again_after_a_transactional_test(client, time):
    home_answers(client)
    assert Site.objects.get().is_default_site


@pytest.mark.django_db
def test_citizens_pages_may_load_nothing_inline_and_nothing_foreign(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy


@pytest.fixture
def mail_folder(settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path
    connection = get_connection("django.core.mail.backends.filebased.EmailBackend")
    for number in (1, 2):
        link = f"http://localhost/deltag/link/{'bekræft-' * 12}{number}/"
        letter = EmailMultiAlternatives(
            subject=f"Bekræft nr. {number}",
            body=f"Kære borger\n\n{link}\n",
            to=["borger@example.dk"],
            connection=connection,
        )
        letter.attach_alternative("<p>Kære borger</p>", "text/html")
        letter.send()


@pytest.mark.django_db
def test_links_in_the_demos_mail_can_be_followed(client, settings, mail_folder):
    settings.DEBUG = True
    page = client.get("/demo/post/").content.decode()
    assert page.index("Bekræft nr. 2") < page.index("Bekræft nr. 1")
    assert page.count('<a href="http://localhost/deltag/link/bekr') == 2
    assert page.count("Kære borger") == 2


@pytest.mark.django_db
def test_nobody_reads_the_mail_of_a_site_that_is_not_a_demo(client, mail_folder):
    assert client.get("/demo/post/").status_code == 404
