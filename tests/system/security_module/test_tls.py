"""TLS on loopback: a known certificate gets in by its digest; no certificate, or another's, does not."""

import asyncio
import hashlib
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from system.security_module import store
from system.security_module.client import SecurityModuleClient
from system.security_module.clock import ModuleClock
from system.security_module.committer import Committer
from system.security_module.errors import (
    RequestRefused,
    UnableToListen,
    UnableToReachModule,
)
from system.security_module.key_stores import KeyStores
from system.security_module.sealed_contents import Client
from system.security_module.server import ModuleServer, TlsTerms
from system.security_module.service import Service

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="makes its certificates with the openssl command")


def openssl(*arguments: str, folder: Path) -> None:
    subprocess.run([OPENSSL or "", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a certificate for the module, and three clients, one of them of another authority."""
    folder = tmp_path_factory.mktemp("papers")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for name in ("ca", "other"):
        openssl(
            "req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "36500",
            "-subj", f"/CN={name}", folder=folder,
        )  # fmt: skip
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n", encoding="ascii")
    for name, authority in (("module", "ca"), ("caja", "ca"), ("unknown", "ca"), ("forger", "other")):
        openssl(
            "req",
            *key,
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
            "-subj",
            f"/CN={name}",
            folder=folder,
        )
        openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
            "-CAcreateserial", "-out", f"{name}.pem", "-days", "36500", "-extfile", "san", folder=folder,
        )  # fmt: skip
    return folder


def fingerprint(certificate: Path) -> str:
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text(encoding="ascii"))
    return f"sha256:{hashlib.sha256(der).hexdigest()}"


def terms(papers: Path, host: str = "127.0.0.1") -> TlsTerms:
    return TlsTerms(host, 0, papers / "module.pem", papers / "module.key", papers / "ca.pem")


@pytest.fixture
def url(directory: Path, papers: Path, passphrase: str, wall) -> Iterator[str]:
    opened = store.open_store(directory, passphrase, wall())
    client = Client("caja", fingerprint(papers / "caja.pem"), "vending")
    opened.save(opened.contents.with_client(client), {"what": "test"}, wall())
    ready, urls, stop = threading.Event(), [], []

    async def serve() -> None:
        clock = ModuleClock(wall)
        service = Service(opened.contents, opened.state, clock, KeyStores())
        server = ModuleServer(service, Committer(opened, clock.now))
        event, loop = asyncio.Event(), asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(event.set))
        urls.append(await server.listen_tls(terms(papers)))
        ready.set()
        await server.run(event)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    yield urls[0]
    stop[0]()
    thread.join()
    opened.close()


def as_client(url: str, papers: Path, name: str, authority: str = "ca") -> SecurityModuleClient:
    return SecurityModuleClient(
        f"{url}?ca={papers}/{authority}.pem&cert={papers}/{name}.pem&key={papers}/{name}.key"
    )


def test_a_known_certificate_is_its_client(url: str, papers: Path, meter) -> None:
    with as_client(url, papers, "caja") as client:
        assert client.status()["client"] == "caja"
        assert client.mint("m", meter, subclass=0, amount=10)["tokens"]


def test_a_certificate_nobody_added_is_told_so(url: str, papers: Path) -> None:
    with as_client(url, papers, "unknown") as client, pytest.raises(RequestRefused, match="sha256:"):
        client.status()


def test_a_certificate_of_another_authority_does_not_get_in(url: str, papers: Path) -> None:
    with as_client(url, papers, "forger") as client, pytest.raises(UnableToReachModule):
        client.status()


def test_a_module_of_another_authority_is_not_believed(url: str, papers: Path) -> None:
    with as_client(url, papers, "caja", authority="other") as client, pytest.raises(UnableToReachModule):
        client.status()


def listen(directory: Path, passphrase: str, wall, asked: TlsTerms) -> None:
    opened = store.open_store(directory, passphrase, wall())
    try:
        service = Service(opened.contents, opened.state, ModuleClock(wall), KeyStores())

        async def try_it() -> None:
            await ModuleServer(service, Committer(opened, wall)).listen_tls(asked)

        asyncio.run(try_it())
    finally:
        opened.close()


def test_only_loopback(directory: Path, passphrase: str, wall, papers: Path) -> None:
    with pytest.raises(UnableToListen, match="loopback"):
        listen(directory, passphrase, wall, terms(papers, host="0.0.0.0"))


def test_files_that_are_no_certificates(directory: Path, passphrase: str, wall, papers: Path) -> None:
    wrong = TlsTerms("127.0.0.1", 0, papers / "san", papers / "module.key", papers / "ca.pem")
    with pytest.raises(UnableToListen):
        listen(directory, passphrase, wall, wrong)
