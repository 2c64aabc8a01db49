"""``amibench security-module``: the process that holds the vending keys, and the ceremonies around it.

Every command prints one JSON object. Passphrases and PINs come from a private file, the environment or a
prompt, never from an argument.
"""

import asyncio
import json
import re
import signal
import ssl
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from Crypto.PublicKey import ECC

from amibench.commands.secret_files import (
    OPERATOR_VARIABLE,
    PASSPHRASE_VARIABLE,
    PIN_VARIABLE,
    read_bytes,
    secret,
)
from amibench.errors import CommandError
from amibench.security_module_edge import as_command_error, wall_utc
from system.security_module import approval, key_file, store
from system.security_module.client import SecurityModuleClient
from system.security_module.clock import ModuleClock
from system.security_module.committer import COMPACT_ABOVE_BYTES, Committer
from system.security_module.journal import write_private
from system.security_module.key_stores import KeyStores, open_key_device
from system.security_module.sealed_contents import ROLES, Client, Contents
from system.security_module.sealed_file import COSTS, DEFAULT_COST
from system.security_module.server import ModuleServer, TlsTerms
from system.security_module.service import Service
from system.security_module.store import Store

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The process that holds vending keys.")

_NAME = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)
_IDENTITY = re.compile(r"uid:\d{1,10}|sha256:[0-9a-f]{64}", re.ASCII)

Directory = Annotated[Path, typer.Argument(help="Directory of the module.")]
PassphraseFile = Annotated[
    Path | None, typer.Option(help="File with the passphrase, readable by its owner alone.")
]
PinFile = Annotated[Path | None, typer.Option(help="File with the PIN of the PKCS#11 token.")]


@app.callback()
def _security_module() -> None:
    """The process that holds vending keys."""


@app.command()
def init(
    directory: Directory,
    test_keys: Annotated[
        bool, typer.Option("--test-keys", help="A module that takes the published test keys, and no other.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    kdf_cost: Annotated[
        int, typer.Option(min=COSTS[0], max=COSTS[-1], help="log2 of scrypt's N; lower only for tests.")
    ] = DEFAULT_COST,
) -> None:
    """Make an empty module in DIRECTORY."""
    passphrase = _passphrase(passphrase_file, new=True)
    with as_command_error():
        name = store.create(directory, passphrase, test_keys=test_keys, now=wall_utc(), cost=kdf_cost)
    _say({"store": name, "directory": str(directory), "test": test_keys})


@app.command("load-key")
def load_key(
    directory: Directory,
    file: Annotated[Path, typer.Argument(help="Key file; the manual shows its form.")],
    passphrase_file: PassphraseFile = None,
    token_library: Annotated[
        str | None,
        typer.Option(help="PKCS#11 library: put the key into its token, not into the sealed file."),
    ] = None,
    token_name: Annotated[str | None, typer.Option(help="Label of the PKCS#11 token.")] = None,
    pin_file: PinFile = None,
) -> None:
    """Load the vending key of FILE, proved by its check value."""
    raw = read_bytes(file)
    with as_command_error():
        register = key_file.read_key_file(raw)
        opened = _open(directory, passphrase_file)
        try:
            contents = key_file.admit(opened.contents, register)
            if (token_library is None) != (token_name is None):
                raise CommandError("a PKCS#11 token needs both --token-library and --token-name")
            if token_library is not None and token_name is not None:
                pin = secret(pin_file, PIN_VARIABLE, "PIN")
                contents = _into_token(contents, token_library, token_name, pin)
            note = {"what": "load-key", "register": register.number, "check_value": register.check_value}
            opened.save(contents, note, wall_utc())
        finally:
            opened.close()
    _say({"register": register.number, "sgc": register.sgc, "check_value": register.check_value})


@app.command("add-client")
def add_client(
    directory: Directory,
    name: Annotated[str, typer.Argument(help="Name of the client.")],
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")] = "vending",
    identity: Annotated[
        str | None, typer.Option(help="uid:NUMBER of the client's user, or sha256:DIGEST of a certificate.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="The client's certificate, PEM.")] = None,
    tokens_per_day: Annotated[int | None, typer.Option(min=0)] = None,
    units_per_day: Annotated[int | None, typer.Option(min=0, help="In token units, 0.1 kWh.")] = None,
    units_per_token: Annotated[int | None, typer.Option(min=0, help="In token units, 0.1 kWh.")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Let a program ask the module; the same name again replaces its role and limits."""
    if certificate is not None:
        identity = _fingerprint(certificate)
    if identity is None or not _IDENTITY.fullmatch(identity):
        raise CommandError("say who the client is: --identity uid:1000, or --certificate FILE")
    if role not in ROLES:
        raise CommandError(f"no role is called {role!r}; known: {', '.join(ROLES)}")
    client = Client(_name(name), identity, role, tokens_per_day, units_per_day, units_per_token)
    with as_command_error():
        opened = _open(directory, passphrase_file)
        try:
            for other in opened.contents.clients:
                if other.identity == identity and other.name != name:
                    raise CommandError(f"{identity} is the client {other.name} already")
            note = {"what": "add-client", "client": name, "identity": identity, "role": role}
            opened.save(opened.contents.with_client(client), note, wall_utc())
        finally:
            opened.close()
    _say({"client": name, "identity": identity, "role": role})


@app.command("add-operator")
def add_operator(
    directory: Directory,
    name: Annotated[str, typer.Argument(help="Name of the operator.")],
    public_key: Annotated[Path, typer.Option(help="Ed25519 public key, PEM.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make the signature of an operator count; two are needed for a key change and for free issue."""
    raw = read_bytes(public_key)
    try:
        key = approval.public_key_bytes(ECC.import_key(raw))
    except ValueError:
        raise CommandError(
            f"{public_key} is no Ed25519 public key in PEM: make one with operator-key"
        ) from None
    with as_command_error():
        opened = _open(directory, passphrase_file)
        try:
            note = {"what": "add-operator", "operator": _name(name), "public_key": key.hex()}
            opened.save(opened.contents.with_operator(name, key), note, wall_utc())
        finally:
            opened.close()
    _say({"operator": name, "public_key": key.hex()})


@app.command("operator-key")
def operator_key(
    file: Annotated[
        Path, typer.Argument(help="Where the private key goes; the public one goes to FILE.pub.")
    ],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make an operator's key pair, on the operator's own computer."""
    passphrase = secret(passphrase_file, OPERATOR_VARIABLE, "Contraseña del operador / Operator's passphrase")
    public = file.with_name(file.name + ".pub")
    if file.exists() or public.exists():
        raise CommandError(f"{file} or {public} exists: name another file")
    key = ECC.generate(curve="Ed25519")
    sealed = key.export_key(
        format="PEM",
        passphrase=passphrase,
        use_pkcs8=True,
        protection="PBKDF2WithHMAC-SHA512AndAES256-CBC",
        prot_params={"iteration_count": 210_000},
    )
    with as_command_error():
        write_private(file, str(sealed).encode("ascii"))
        write_private(public, str(key.public_key().export_key(format="PEM")).encode("ascii"))
    _say({"private": str(file), "public": str(public)})


@app.command()
def approve(
    request: Annotated[
        Path,
        typer.Argument(help='JSON of the request: {"store", "operation", "args"}, args with approval.until.'),
    ],
    operator: Annotated[str, typer.Option(help="Name of the operator in the module.")],
    key: Annotated[Path, typer.Option(help="The operator's private key.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Sign a request that you have read, as an operator: prints one of its ``approval.signatures``."""
    try:
        content = json.loads(read_bytes(request))
        signable = approval.Signable(content["store"], content["operation"], dict(content["args"]))
        if "until" not in signable.raw_args["approval"]:
            raise KeyError("until")
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"{request} is no request: it needs store, operation, args.approval.until"
        ) from error
    raw = read_bytes(key)
    passphrase = secret(passphrase_file, OPERATOR_VARIABLE, "Contraseña del operador / Operator's passphrase")
    try:
        signature = approval.sign(ECC.import_key(raw, passphrase), signable)
    except ValueError:
        raise CommandError(f"{key} does not open: another passphrase, or no Ed25519 key") from None
    _say({"operator": operator, "signature": signature})


@app.command()
def status(url: Annotated[str, typer.Argument(help="unix:///path, or tls://localhost:port?ca=…")]) -> None:
    """Ask a module that is being served what it holds."""
    with as_command_error(), SecurityModuleClient(url) as client:
        _say(client.status())


@app.command("backup")
def back_up(
    directory: Directory,
    file: Annotated[Path, typer.Argument(help="Where the backup goes.")],
) -> None:
    """Write a backup; the module may go on serving. The keys in it stay sealed."""
    with as_command_error():
        _say(store.back_up(directory, file, wall_utc()))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    directory: Directory,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a module from a backup; the one it was taken from must never be served again."""
    passphrase = _passphrase(passphrase_file)
    with as_command_error():
        floor = store.restore(file, directory, passphrase, wall_utc())
    _say({"directory": str(directory), "restored": floor["at"], "mints_above": floor["floor"]})


@dataclass(frozen=True, slots=True)
class _Terms:
    """Sockets to listen on, and the size at which the journal is compacted."""

    socket: Path | None
    tls: TlsTerms | None
    compact_above_bytes: int


@app.command()
def serve(
    directory: Directory,
    socket: Annotated[
        Path | None, typer.Option(help="Unix socket; without it and --tls, DIRECTORY/socket.")
    ] = None,
    tls: Annotated[str | None, typer.Option(help="Loopback HOST:PORT to listen on with TLS.")] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="With --tls: the module's certificate, PEM.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="With --tls: its key, PEM.")] = None,
    client_authority: Annotated[Path | None, typer.Option(help="With --tls: who signs clients, PEM.")] = None,
    test_keys: Annotated[
        bool, typer.Option("--test-keys", help="Serve a module of test keys: every answer says so.")
    ] = False,
    accept_clock: Annotated[
        bool, typer.Option("--accept-clock", help="The clock was wrongly ahead before and is right now.")
    ] = False,
    compact_above: Annotated[
        int, typer.Option(min=4096, help="Bytes of the journal above which it is begun anew.")
    ] = COMPACT_ABOVE_BYTES,
    passphrase_file: PassphraseFile = None,
    pin_file: PinFile = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C; prints one JSON line when ready."""
    terms = _Terms(
        socket or (None if tls else directory / "socket"),
        _tls_terms(tls, certificate, key, client_authority) if tls else None,
        compact_above,
    )
    with as_command_error():
        opened = _open(directory, passphrase_file)
        try:
            _check_mode(opened, test_keys=test_keys)
            if accept_clock:
                _accept_clock(opened)
            asyncio.run(_serve(opened, _key_stores(opened.contents, pin_file), terms))
        finally:
            opened.close()


async def _serve(opened: Store, key_stores: KeyStores, terms: _Terms) -> None:
    clock = ModuleClock(wall_utc)
    service = Service(opened.contents, opened.state, clock, key_stores)
    server = ModuleServer(service, Committer(opened, clock.now, terms.compact_above_bytes))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    urls = []
    if terms.socket is not None:
        urls.append(await server.listen_unix(terms.socket))
    if terms.tls is not None:
        urls.append(await server.listen_tls(terms.tls))
    _say({"urls": urls, "store": opened.contents.store, "test": opened.contents.test_keys})
    try:
        await server.run(stop)
    finally:
        if terms.socket is not None:
            terms.socket.unlink(missing_ok=True)


def _check_mode(opened: Store, *, test_keys: bool) -> None:
    if opened.contents.test_keys and not test_keys:
        raise CommandError(
            "this module holds the published test keys: serve it with --test-keys, or not at all"
        )
    if test_keys and not opened.contents.test_keys:
        raise CommandError("this module holds real keys: --test-keys is not for it")


def _accept_clock(opened: Store) -> None:
    record = {"kind": "clock-accepted", "at": wall_utc().isoformat()}
    opened.journal.append([record])
    opened.state.apply(record)


def _key_stores(contents: Contents, pin_file: Path | None) -> KeyStores:
    if contents.token_library is None or contents.token_name is None:
        return KeyStores()
    pin = secret(pin_file, PIN_VARIABLE, "PIN")
    return KeyStores(open_key_device(contents.token_library, contents.token_name, pin))


def _into_token(contents: Contents, library: str, name: str, pin: str) -> Contents:
    """Put the newest key into a token, and leave only its label in the contents."""
    if contents.token_library is not None and (contents.token_library, contents.token_name) != (
        library,
        name,
    ):
        raise CommandError(f"this module uses the token {contents.token_name} already")
    register = contents.registers[-1]
    label = f"amibench-{contents.store}-{register.number}"
    key_store = open_key_device(library, name, pin)
    try:
        key_store.load(label, cast(Any, register.key))
    finally:
        key_store.close()
    return contents.with_key_in_token(register.number, label, library, name)


def _open(directory: Path, passphrase_file: Path | None) -> Store:
    return store.open_store(directory, _passphrase(passphrase_file), wall_utc())


def _passphrase(file: Path | None, *, new: bool = False) -> str:
    prompt = "Contraseña del módulo / Passphrase of the module"
    return secret(file, PASSPHRASE_VARIABLE, prompt, new=new)


def _tls_terms(address: str, certificate: Path | None, key: Path | None, authority: Path | None) -> TlsTerms:
    host, _, port = address.rpartition(":")
    if certificate is None or key is None or authority is None:
        raise CommandError("--tls needs --certificate, --key and --client-authority")
    if not port.isdecimal() or int(port) > 65_535:
        raise CommandError(f"--tls {address} must be HOST:PORT, for example 127.0.0.1:9443")
    return TlsTerms(host.strip("[]"), int(port), certificate, key, authority)


def _fingerprint(certificate: Path) -> str:
    try:
        der = ssl.PEM_cert_to_DER_cert(read_bytes(certificate).decode("ascii").strip() + "\n")
    except ValueError as error:
        raise CommandError(f"{certificate} is no certificate in PEM") from error
    return f"sha256:{sha256(der).hexdigest()}"


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise CommandError("a name is 1 to 40 letters, digits, dots, dashes or underscores")
    return name


def _say(result: dict[str, Any]) -> None:
    print(json.dumps(result, ensure_ascii=False), flush=True)
