import pytest
from wagtail.models import Site


def home_answers(client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "<h1>Hjem</h1>" in response.content.decode()


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
