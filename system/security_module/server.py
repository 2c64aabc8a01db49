"""The module's sockets: who is calling, and no answer before its record is durable."""

import asyncio
import contextlib
import hashlib
import os
import ssl
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from links.clock import WallClock
from system.security_module import api
from system.security_module.committer import Committer
from system.security_module.errors import UnableToListen
from system.security_module.refusals import Refused, Words
from system.security_module.sealed_contents import Client
from system.security_module.service import Service

CONNECTIONS_MAX = 64
TURN_AWAY_S = 1.0
"""Time that a caller that is no client may take over its first line."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SOCKET_MODE = 0o660

# Linux's numbers: asking the kernel who is at the other end of a Unix socket.
_SOL_SOCKET, _SO_PEERCRED = 1, 17
_CREDENTIALS = struct.Struct("3i")


@dataclass(frozen=True, slots=True)
class TlsTerms:
    """Address to listen on with TLS, and the authority of the clients.

    Attributes:
        host, port: a loopback address; port 0 takes a free one.
        certificate, key: files of the module's own certificate chain and key, PEM.
        authority: file of the certificates that may sign those of clients, PEM.
    """

    host: str
    port: int
    certificate: Path
    key: Path
    authority: Path


class ModuleServer:
    """Answers clients until it is closed.

    Args:
        service: what answers.
        committer: what makes its records durable; `run` runs it.
    """

    def __init__(self, service: Service, committer: Committer) -> None:
        self._service = service
        self._committer = committer
        self._clients = {client.identity: client for client in service.contents.clients}
        self._servers: list[asyncio.Server] = []
        self._conversations: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def listen_unix(self, path: Path) -> str:
        """Listen on a Unix socket and return its URL; a socket file that a killed module left is replaced.

        Raises:
            UnableToListen: the path cannot be used.
        """
        mask = os.umask(0o777 & ~SOCKET_MODE)
        try:
            server = await asyncio.start_unix_server(
                self._accept, path, limit=api.LINE_BYTES_MAX, backlog=CONNECTIONS_MAX
            )
        except OSError as error:
            raise UnableToListen(f"cannot listen at {path}: {error.strerror or error}") from error
        finally:
            os.umask(mask)
        self._servers.append(server)
        return f"unix://{path.absolute()}"

    async def listen_tls(self, terms: TlsTerms) -> str:
        """Listen on loopback with TLS 1.3, for clients with a certificate, and return the URL.

        Raises:
            UnableToListen: another address than loopback, a port that is taken, no certificate.
        """
        if terms.host not in LOOPBACK:
            raise UnableToListen(f"{terms.host} is not a loopback address: use one of {', '.join(LOOPBACK)}")
        try:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(terms.authority))
            context.load_cert_chain(terms.certificate, terms.key)
            context.verify_mode = ssl.CERT_REQUIRED
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            server = await asyncio.start_server(
                self._accept, terms.host, terms.port, ssl=context, limit=api.LINE_BYTES_MAX
            )
        except OSError as error:  # ssl.SSLError is one
            raise UnableToListen(f"cannot listen with TLS: {error.strerror or error}") from error
        self._servers.append(server)
        return f"tls://{terms.host}:{server.sockets[0].getsockname()[1]}"

    async def run(self, stop: asyncio.Event) -> None:
        """Answer until `stop` is set; then finish what is being answered.

        Raises:
            OSError: the journal could not be written.
        """
        writing = asyncio.ensure_future(self._committer.run())
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({writing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for server in self._servers:
            server.close()
        self._stopping = True
        for conversation in self._conversations - self._answering:
            conversation.cancel()  # it waits for a request; the others leave after the answer they owe
        await asyncio.gather(*self._conversations, return_exceptions=True)
        self._committer.close()
        stopping.cancel()
        await writing

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._conversations.add(task)
        task.add_done_callback(self._conversations.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            identity = identity_of(writer)
            client = self._clients.get(identity)
            if client is None or len(self._conversations) > CONNECTIONS_MAX:
                what = Words("otra conexión", "another connection")
                if client is None:
                    what = Words(f"nada: {identity} no es un cliente", f"anything: {identity} is no client")
                await self._turn_away(Refused("not-permitted", what=what), reader, writer)
            else:
                await self._converse(client, reader, writer)
        except OSError:
            pass  # the client went away
        except Exception as error:
            # A fault must not end the module, and its text may hold secrets.
            print(f"security module: {type(error).__name__} while serving a client", file=sys.stderr)
        finally:
            self._answering.discard(asyncio.current_task())
            writer.close()

    async def _turn_away(
        self, refusal: Refused, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Refuse a connection; its first line is read first, since unread bytes would lose the answer."""
        with contextlib.suppress(TimeoutError, ValueError):
            async with WallClock().deadline(TURN_AWAY_S):
                await reader.readline()
        writer.write(api.refusal_line(None, refusal))

    async def _converse(
        self, client: Client, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine always runs in a task
        while not self._stopping:
            try:
                line = await reader.readline()
            except ValueError:  # longer than the limit: where the next one begins is not known
                writer.write(api.refusal_line(None, api.too_long()))
                return
            if not line.endswith(b"\n"):
                return
            self._answering.add(task)
            writer.write(await self._answer(client, line))
            self._answering.discard(task)
            await writer.drain()

    async def _answer(self, client: Client, line: bytes) -> bytes:
        number: Any = None
        try:
            message = api.read_json_line(line)
            number = message.get("id")
            request = api.read_request(message)
        except Refused as refusal:
            return api.refusal_line(number if isinstance(number, int) else None, refusal)
        outcome = self._service.handle(client, request)
        self._committer.add(outcome.records)
        try:
            # Even a question waits: its answer may rest on records that are not durable yet.
            await self._committer.settled()
        except OSError:
            return api.refusal_line(request.id, Refused("store-failed"))
        if isinstance(outcome.result, Refused):
            return api.refusal_line(request.id, outcome.result)
        return api.result_line(request.id, outcome.result)


def identity_of(writer: asyncio.StreamWriter) -> str:
    """Identity of the peer, as `Client.identity` names it: a certificate, or a user of this computer."""
    secured: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
    if secured is not None:
        certificate = secured.getpeercert(binary_form=True) or b""
        return f"sha256:{hashlib.sha256(certificate).hexdigest()}"
    raw = writer.get_extra_info("socket").getsockopt(_SOL_SOCKET, _SO_PEERCRED, _CREDENTIALS.size)
    return f"uid:{_CREDENTIALS.unpack(raw)[1]}"
