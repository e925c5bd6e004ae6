"""How often something may be tried: a small limiter over Django's cache.

A limit slows an attacker down; it is never what keeps a vote unique. So when the cache is
down it lets everybody through and says so in the log, rather than stop a municipality.
Counts are exact on Redis, Memcached and (within one process) local memory; Django's
database and file caches count "read, then write" and let a few extra through in a burst.
"""

import datetime
import ipaddress
import logging
from collections.abc import Mapping

from django.core.cache import BaseCache, caches
from django.utils import timezone
from django.utils.crypto import salted_hmac

logger = logging.getLogger(__name__)

# Where a proxy of one's own calls from.
_INTERNAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)
_SALT = "wagtail_borgerdialog.limits"


def _digest(value: str) -> str:
    return salted_hmac(_SALT, value, algorithm="sha256").hexdigest()


def hit(
    key: str,
    *,
    limit: int,
    seconds: int,
    at: datetime.datetime | None = None,
    cache_alias: str = "default",
) -> bool:
    """Counts one try under ``key``; whether it is among the first ``limit`` of its period.

    A period is ``seconds`` long and begins at a time of day that differs from key to key, so
    that a burst across its edge can reach twice the limit. ``key`` may hold an address or a
    name: only a keyed hash of it reaches the cache. With the cache down the answer is True,
    with a warning in the log.
    """
    digest = _digest(key)
    now = (at or timezone.now()).timestamp()
    period = int(now + int(digest[:8], 16) % seconds) // seconds
    try:
        name = f"borgerdialog.limit.{digest}.{period}"
        return _count(caches[cache_alias], name, seconds) <= limit
    except Exception:
        # Each cache library raises errors of its own.
        logger.warning("The cache does not answer: nothing is rate-limited.", exc_info=True)
        return True


def _count(cache: BaseCache, name: str, seconds: int) -> int:
    if cache.add(name, 1, timeout=seconds):
        return 1
    count = cache.incr(name)
    if type(cache).incr is BaseCache.incr:
        # That one stores the new count with the cache's default timeout of five minutes.
        cache.touch(name, seconds)
    return count


def client_ip(
    meta: Mapping[str, str], *, trusted_proxy_count: int
) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The visitor's address from ``request.META``, or None when it cannot be known.

    Each trusted proxy appends to ``X-Forwarded-For`` the address it was called from, so the
    visitor's is that many places from the end; whatever stands before it, the visitor may
    have written.
    """
    address = meta.get("REMOTE_ADDR", "")
    if trusted_proxy_count > 0:
        hops = [hop.strip() for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(hops) >= trusted_proxy_count and hops[-trusted_proxy_count]:
            address = hops[-trusted_proxy_count]
    return _parse_ip(address)


def _parse_ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    address = address.strip()
    if address.startswith("["):  # [2001:db8::1]:443
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:  # 192.0.2.1:443
        address = address.partition(":")[0]
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return getattr(ip, "ipv4_mapped", None) or ip


def client_network(meta: Mapping[str, str], *, trusted_proxy_count: int) -> str | None:
    """A name for the visitor's network (/24, or /64 for IPv6) from which no address can be read.

    None when visitors cannot be told apart. That is also the case when all of them seem to
    come from a private address although a proxy passes theirs on: the setting
    ``BORGERDIALOG_TRUSTED_PROXY_COUNT`` is missing, and one limit would shut everybody out.
    """
    ip = client_ip(meta, trusted_proxy_count=trusted_proxy_count)
    if ip is None:
        return None
    is_internal = any(ip in network for network in _INTERNAL)
    if trusted_proxy_count == 0 and is_internal and meta.get("HTTP_X_FORWARDED_FOR"):
        logger.warning(
            "X-Forwarded-For comes from a private address and BORGERDIALOG_TRUSTED_PROXY_COUNT "
            "is 0: visitors cannot be told apart, and nothing is rate-limited by network."
        )
        return None
    network = ipaddress.ip_network((ip, 24 if ip.version == 4 else 64), strict=False)
    return _digest(f"network:{network}")


def hit_network(
    meta: Mapping[str, str],
    *,
    scope: str,
    limit: int,
    seconds: int,
    trusted_proxy_count: int,
    at: datetime.datetime | None = None,
    cache_alias: str = "default",
) -> bool:
    """Like ``hit``, for the visitor's network: ``scope`` says what is being tried.

    True when the visitor's network is not known.
    """
    network = client_network(meta, trusted_proxy_count=trusted_proxy_count)
    if network is None:
        return True
    return hit(f"{scope}:{network}", limit=limit, seconds=seconds, at=at, cache_alias=cache_alias)
