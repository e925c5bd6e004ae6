"""Send a signed message to an address that an editor has typed, and to nowhere inside the house.

The address is looked up once, refused if any of what it stands for is private, and the connection
goes to that very address: a name that changes its mind in between reaches nothing. No redirects.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from wagtail_borgerdialog.conf import app_settings

# Ways in which IPv6 carries an IPv4 address that nobody checks.
_CARRIERS = [ipaddress.ip_network(net) for net in ("64:ff9b::/96", "2001::/32", "2002::/16")]


class AddressRefused(OSError):
    """The address is no place to send to."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status with which ``url`` answers.

    Raises ``OSError`` (``AddressRefused`` is one) or ``http.client.HTTPException``.
    """
    parts = urlsplit(url)
    may_be_private = app_settings.WEBHOOK_PRIVATE_ADDRESSES
    if parts.scheme != "https" and not (may_be_private and parts.scheme == "http"):
        raise AddressRefused("not https")
    if not parts.hostname or parts.username is not None:
        raise AddressRefused("no host")
    is_safe = parts.scheme == "https"
    port = parts.port or (443 if is_safe else 80)
    address = _look_up(parts.hostname, port, may_be_private=may_be_private)
    timeout = app_settings.WEBHOOK_TIMEOUT
    connection = http.client.HTTPConnection(parts.hostname, port, timeout=timeout)
    connection.sock = socket.create_connection((address, port), timeout=timeout)
    # A receiver that answers a byte at a time is cut off as well.
    cut = threading.Timer(2 * timeout, _cut, [connection])
    cut.daemon = True
    cut.start()
    try:
        if is_safe:
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=parts.hostname)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status
    finally:
        cut.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        connection.sock.shutdown(socket.SHUT_RDWR)


def _look_up(host: str, port: int, *, may_be_private: bool) -> str:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(info[4][0]) for info in found]
    if not may_be_private and not all(map(is_outside, addresses)):
        raise AddressRefused("private address")
    return addresses[0]


def is_outside(address: str) -> bool:
    """Whether an IP address is one of the public Internet, and nothing of the house's own."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif any(ip in net for net in _CARRIERS):
            return False
    return ip.is_global and not ip.is_multicast
