"""Requests to other systems: webhooks, other head-ends; kept off private networks.

An address is https, or http on this machine; it bears no name and password. What answers is looked at *after*
the connection stands and before a byte of the request is sent, so that a name which changes its address in
between (DNS rebinding) wins nothing. Private and local addresses are refused unless the setting
``OUTGOING_NETWORKS`` names them. Redirects are answers, never followed; proxies of the environment are not
asked; time and size of an answer are bounded.
"""

import http.client
import ipaddress
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

#: Pause after which a single step (connecting, a read) is given up, seconds.
STEP_S = 10.0
#: The whole exchange, seconds: a server that answers a byte at a time is cut off.
WHOLE_S = 20.0
ANSWER_MAX_BYTES = 256 * 1024
URL_MAX = 500
_BOTH_WAYS = 2  # SHUT_RDWR; only `links` knows sockets
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class UnableToSend(Exception):
    """The request failed; one Spanish sentence.

    Args:
        sentence: for people.
        forbidden: the address is refused here, and would be again.
    """

    def __init__(self, sentence: str, *, forbidden: bool = False) -> None:
        super().__init__(sentence)
        self.forbidden = forbidden


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of the other system.

    Args:
        status: of HTTP.
        body: at most as long as was allowed.
    """

    status: int
    body: bytes


def check_url(url: str) -> SplitResult:
    """The parts of an address that may be used.

    Raises:
        UnableToSend: its shape is refused, whatever it leads to.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UnableToSend("La dirección está mal escrita.", forbidden=True) from None
    if len(url) > URL_MAX or not host or not url.isascii() or any(letter <= " " for letter in url):
        raise UnableToSend("La dirección está mal escrita.", forbidden=True)
    if "@" in parts.netloc or parts.fragment or port == 0:
        raise UnableToSend("La dirección no lleva usuario, clave ni fragmento.", forbidden=True)
    if parts.scheme == "http" and _is_loopback(host) and _allowed_networks():
        return parts
    if parts.scheme != "https":
        raise UnableToSend("La dirección debe comenzar por https://.", forbidden=True)
    literal = _literal(host)
    if literal is not None:
        check_peer(literal)
    return parts


def check_peer(address: Address) -> None:
    """Refuse an address that is not of the public network.

    Raises:
        UnableToSend: it is private, local or otherwise not of the public network, and not allowed by name.
    """
    inner = _inner(address)
    if any(inner in network for network in _allowed_networks() if network.version == inner.version):
        return
    if not inner.is_global or inner.is_multicast:
        raise UnableToSend("La dirección lleva a una red privada: no se permite.", forbidden=True)


def send(
    url: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "POST",
    answer_max_bytes: int = ANSWER_MAX_BYTES,
    whole_s: float = WHOLE_S,
) -> Answer:
    """Send a request and take its answer.

    Args:
        url: where.
        body: what.
        headers: beside those of HTTP.
        method: of HTTP.
        answer_max_bytes: the longest answer that is taken.
        whole_s: after which the exchange is cut off.

    Raises:
        UnableToSend: refused address, no connection, no answer in time, or one that is no HTTP or too large.
    """
    parts = check_url(url)
    connection = _connection(parts)
    watch = threading.Timer(whole_s, _hang_up, [connection])
    watch.daemon = True
    watch.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            method, path, body=body or None, headers={"Connection": "close", **(headers or {})}
        )
        came = connection.getresponse()
        taken = came.read(answer_max_bytes + 1)
        # a bounded read does not say of itself that the answer was cut off
        if len(taken) <= answer_max_bytes and (came.length or connection.late):
            raise http.client.IncompleteRead(taken)
    except ssl.SSLError as error:
        raise UnableToSend("El certificado de ese servidor no es válido.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnableToSend("Ese servidor no responde o se cortó la conexión.") from error
    finally:
        watch.cancel()
        connection.close()
    if len(taken) > answer_max_bytes:
        raise UnableToSend("La respuesta de ese servidor es demasiado grande.")
    return Answer(came.status, taken)


class _CheckedConnection(http.client.HTTPConnection):
    """A connection that looks at who is at the other end before it says anything, TLS included."""

    def __init__(self, host: str, port: int, tls: bool) -> None:
        super().__init__(host, port, timeout=STEP_S)
        self.tls = tls
        self.late = False

    def connect(self) -> None:
        super().connect()
        try:
            check_peer(ipaddress.ip_address(self.sock.getpeername()[0].split("%")[0]))
        except UnableToSend:
            self.close()
            raise
        if self.tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def _connection(parts: SplitResult) -> _CheckedConnection:
    tls = parts.scheme == "https"
    return _CheckedConnection(parts.hostname or "", parts.port or (443 if tls else 80), tls)


def _hang_up(connection: _CheckedConnection) -> None:
    connection.late = True
    sock = connection.sock
    if sock is not None:
        try:
            sock.shutdown(_BOTH_WAYS)
        except OSError:
            return


def _is_loopback(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" or (literal is not None and literal.is_loopback)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _allowed_networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(text) for text in settings.OUTGOING_NETWORKS]
