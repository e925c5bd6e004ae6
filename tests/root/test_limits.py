import datetime
import logging

import pytest
from django.core.cache import cache, caches
from django.test import override_settings

from wagtail_borgerdialog.limits import client_ip, client_network, hit, hit_network

NOON = datetime.datetime(2026, 3, 12, 12, 0, tzinfo=datetime.UTC)
LOCAL = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(autouse=True)
def _empty_cache():
    with override_settings(CACHES=LOCAL):
        cache.clear()
        yield


def allowed(key, *, times, limit, seconds=60, at=NOON):
    return [hit(key, limit=limit, seconds=seconds, at=at) for _ in range(times)]


def test_the_first_tries_are_allowed_and_the_rest_are_not():
    assert allowed("confirm:a", times=5, limit=3) == [True, True, True, False, False]


def test_keys_are_counted_apart():
    allowed("confirm:a", times=3, limit=3)
    assert hit("confirm:b", limit=3, seconds=60, at=NOON)


def test_after_the_period_one_may_try_again():
    assert not all(allowed("confirm:a", times=4, limit=3))
    later = NOON + datetime.timedelta(seconds=60)
    assert hit("confirm:a", limit=3, seconds=60, at=later)


def test_a_limit_of_none_allows_nothing():
    assert not hit("closed", limit=0, seconds=60)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["filebased.FileBasedCache", "db.DatabaseCache"])
def test_a_cache_that_forgets_after_five_minutes_still_remembers_the_period(
    kind, tmp_path, monkeypatch
):
    location = "limits_cache" if kind.startswith("db") else str(tmp_path)
    settings = {"BACKEND": f"django.core.cache.backends.{kind}", "LOCATION": location}
    with override_settings(CACHES={"default": settings}):
        if kind.startswith("db"):
            from django.core.management import call_command

            call_command("createcachetable", verbosity=0)
        kept = []
        monkeypatch.setattr(
            type(caches["default"]), "touch", lambda self, key, timeout: kept.append(timeout)
        )
        assert allowed("day", times=3, limit=2, seconds=86_400) == [True, True, False]
        assert kept == [86_400, 86_400]


def test_neither_address_nor_name_reaches_the_cache():
    hit("mail:borger@example.dk", limit=3, seconds=60)
    stored = " ".join(caches["default"]._cache)
    assert "borgerdialog.limit." in stored
    assert "example" not in stored


def test_with_the_cache_down_everybody_gets_through_and_the_log_says_so(caplog):
    # Nothing listens on port 9; without the library, the cache cannot even be loaded.
    down = {
        "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
        "LOCATION": "127.0.0.1:9",
    }
    with override_settings(CACHES={"default": down}), caplog.at_level(logging.WARNING):
        assert allowed("support", times=3, limit=1) == [True, True, True]
    assert "The cache does not answer" in caplog.text


# -- Who is asking?


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "expected"),
    [
        ("198.51.100.7", None, 0, "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", 0, "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9", 1, "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9", 1, "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"),
        ("198.51.100.7", None, 1, "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", 2, "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9:4711", 1, "203.0.113.9"),
        ("10.0.0.1", "[2001:db8::5]:4711", 1, "2001:db8::5"),
        ("::ffff:198.51.100.7", None, 0, "198.51.100.7"),
        ("fe80::1%eth0", None, 0, "fe80::1"),
    ],
)
def test_only_what_a_trusted_proxy_wrote_is_believed(remote, forwarded, proxies, expected):
    meta = {"REMOTE_ADDR": remote}
    if forwarded is not None:
        meta["HTTP_X_FORWARDED_FOR"] = forwarded
    assert str(client_ip(meta, trusted_proxy_count=proxies)) == expected


@pytest.mark.parametrize("remote", ["", "unix:", "ikke-en-adresse", "999.1.1.1"])
def test_an_address_that_is_none_is_not_guessed(remote):
    assert client_ip({"REMOTE_ADDR": remote}, trusted_proxy_count=0) is None
    assert client_network({"REMOTE_ADDR": remote}, trusted_proxy_count=0) is None


def network(address):
    return client_network({"REMOTE_ADDR": address}, trusted_proxy_count=0)


def test_neighbours_share_a_network_and_nobody_can_read_it():
    assert network("198.51.100.7") == network("198.51.100.250")
    assert network("198.51.100.7") != network("198.51.101.7")
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9")
    assert network("2001:db8:1:2::1") != network("2001:db8:1:3::1")
    assert "198.51" not in network("198.51.100.7")


def test_another_secret_gives_another_name():
    before = network("198.51.100.7")
    with override_settings(SECRET_KEY="another secret, as long as it should be"):
        assert network("198.51.100.7") != before


def test_a_network_is_limited_and_a_made_up_header_does_not_help():
    def attempt(forwarded):
        return hit_network(
            {"REMOTE_ADDR": "198.51.100.7", "HTTP_X_FORWARDED_FOR": forwarded},
            scope="support",
            limit=2,
            seconds=60,
            trusted_proxy_count=0,
            at=NOON,
        )

    assert [attempt(f"203.0.113.{number}") for number in range(4)] == [True, True, False, False]


def test_a_forgotten_proxy_setting_shuts_nobody_out_and_the_log_says_so(caplog):
    meta = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    with caplog.at_level(logging.WARNING):
        answers = [
            hit_network(meta, scope="support", limit=1, seconds=60, trusted_proxy_count=0)
            for _ in range(3)
        ]
    assert answers == [True, True, True]
    assert "BORGERDIALOG_TRUSTED_PROXY_COUNT" in caplog.text
