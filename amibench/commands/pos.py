"""``amibench pos``: a point of sale that works without a link."""

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from amibench.commands.secret_files import secret
from amibench.errors import CommandError
from amibench.language import spoken
from amibench.security_module_edge import as_command_error, wall_utc
from protocols.offline import OfflineError, fingerprint, peek
from protocols.offline.envelope import OCTETS_MAX
from protocols.offline.messages import Batch, OfficeKeys, Pack
from system.security_module.journal import write_private
from system.security_module.sealed_file import COSTS, DEFAULT_COST
from system.terminal import open_terminal, services
from system.terminal.errors import TerminalRefused
from system.terminal.open_terminal import OpenTerminal
from system.terminal.services.office import Fingerprints
from system.terminal.serving import SETTINGS

_TEXTS: dict[str, tuple[str, str]] = {
    "made": (
        "Terminal made in {folder}. Take {file} to the office; fingerprint: {fingerprint}",
        "Terminal creado en {folder}. Lleve {file} a la oficina; huella: {fingerprint}",
    ),
    "office": ("Office:  {office}", "Oficina: {office}"),
    "module": ("Module:  {module}", "Módulo:  {module}"),
    "same": (
        "Are these the fingerprints that the office reads to you?",
        "¿Son estas las huellas que le lee la oficina?",
    ),
    "say-fingerprints": (
        "the office is not known yet: compare {office} and {module} with it, and give both with --office and "
        "--module",
        "todavía no se conoce la oficina: compare con ella {office} y {module}, y dé ambas con --office y "
        "--module",
    ),
    "admitted": ("The office is known; load its pack now.", "Ya se conoce la oficina; cargue su paquete."),
    "loaded": ("Pack {number} is loaded.", "Paquete {number} cargado."),
    "known": ("Pack {number} was loaded already.", "El paquete {number} ya estaba cargado."),
    "exported": (
        "{entries} entries written to {file}: take it to the office.",
        "{entries} asientos escritos en {file}: llévelo a la oficina.",
    ),
    "file-exists": ("{file} exists: choose another name", "{file} ya existe: elija otro nombre"),
    "cannot-read": ("cannot read {file}: {why}", "no se puede leer {file}: {why}"),
    "cannot-write": ("cannot write {file}: {why}", "no se puede escribir {file}: {why}"),
    "too-long": ("{file} is too long for a pack", "{file} es demasiado grande para un paquete"),
    "port": (
        "port {port} cannot be had: {why}; choose another with --port",
        "el puerto {port} no está libre: {why}; elija otro con --port",
    ),
    "serving": (
        "The terminal is at {url} (Ctrl-C ends it).",
        "El terminal está en {url} (Ctrl-C lo termina).",
    ),
    "passphrase": ("Passphrase of the counter", "Frase de paso del contador"),
    # status
    "terminal": ("Terminal", "Terminal"),
    "pack": ("Pack", "Paquete"),
    "no-pack": ("none yet", "todavía ninguno"),
    "until": ("sells until", "vende hasta"),
    "sales": ("Sales", "Ventas"),
    "sold": ("Sold in its life", "Vendido en total"),
    "deposited": ("Handed in", "Entregado"),
    "due": ("Cash due", "Dinero por entregar"),
    "unsettled": ("Entries not settled", "Asientos sin entregar"),
    "under-way": ("A sale is under way", "Hay una venta en curso"),
}


def text(name: str, lang: str, /, **facts: object) -> str:
    """A sentence in a language."""
    english, spanish = _TEXTS[name]
    return (spanish if lang == "es" else english).format(**facts)


# ---------------- An open terminal, and its refusals

Lang = Annotated[str | None, typer.Option(help="es or en.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]

PASSPHRASE_VARIABLE = "AMIBENCH_POS_PASSPHRASE"  # noqa: S105 - a name


@contextmanager
def refusals_as_errors(lang: str) -> Iterator[None]:
    """Turn refusals into the one sentence of a command."""
    try:
        yield
    except TerminalRefused as refused:
        raise CommandError((refused.es if lang == "es" else refused.en).rstrip(".")) from refused


@contextmanager
def opened_terminal(folder: Path, passphrase_file: Path | None, lang: str) -> Iterator[OpenTerminal]:
    """The terminal of a folder."""
    passphrase = passphrase_of(passphrase_file, lang)
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS  # the clock reads it, too
    with refusals_as_errors(lang), OpenTerminal.open(folder, passphrase) as desk:
        yield desk


def passphrase_of(file: Path | None, lang: str, *, new: bool = False) -> str:
    """The counter's passphrase, from a private file, the environment or a prompt."""
    return secret(file, PASSPHRASE_VARIABLE, text("passphrase", lang), new=new)


def read_message(file: Path, lang: str) -> bytes:
    """The bytes of a message.

    Raises:
        CommandError: it cannot be read, or is longer than any message.
    """
    try:
        with file.open("rb") as opened_file:
            data = opened_file.read(OCTETS_MAX + 1)
    except OSError as error:
        raise CommandError(text("cannot-read", lang, file=file, why=error.strerror or error)) from error
    if len(data) > OCTETS_MAX:
        raise CommandError(text("too-long", lang, file=file))
    return data


# ---------------- Commands

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="A point of sale that works without a link."
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the terminal.")]
PassphraseFile = Annotated[
    Path | None, typer.Option(help="File with the counter's passphrase, readable by its owner alone.")
]


@app.callback()
def _pos() -> None:
    """A point of sale that works without a link."""


@app.command()
def init(
    directory: Folder,
    serial: Annotated[str, typer.Option(help="Serial number of the apparatus.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    passphrase_file: PassphraseFile = None,
    kdf_cost: Annotated[
        int, typer.Option(min=COSTS[0], max=COSTS[-1], help="log2 of scrypt's N; lower only for tests.")
    ] = DEFAULT_COST,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Make a terminal in DIR: its secure counter, its book, and the enrolment that the office needs."""
    language = spoken(lang)
    passphrase = passphrase_of(passphrase_file, language, new=True)
    with refusals_as_errors(language), as_command_error():
        made = open_terminal.make_terminal(
            directory, passphrase, open_terminal.TerminalName(serial, name), wall_utc(), cost=kdf_cost
        )
    said = {
        "terminal_id": str(made.terminal_id),
        "folder": str(directory),
        "file": str(directory / open_terminal.ENROLMENT),
        "fingerprint": fingerprint(made.signing_public),
    }
    _say(said, as_json, text("made", language, **said))


@app.command()
def serve(
    directory: Folder,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="TCP port; 0: a free one.")] = 8100,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Serve the pages on this machine until Ctrl-C; a sale that a power cut left is ended first."""
    language = spoken(lang)
    told_to_end = threading.Event()
    with opened_terminal(directory, passphrase_file, language) as desk:
        from system.config.environment import SettingsError
        from system.terminal.serving import serve as serve_pages

        for number in (signal.SIGINT, signal.SIGTERM):  # not before: Ctrl-C ends the prompt, too
            signal.signal(number, lambda *_: told_to_end.set())

        def ready(url: str) -> None:
            _say({"url": url}, as_json, text("serving", language, url=url))

        try:
            serve_pages(desk, port, ready, told_to_end)
        except SettingsError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(text("port", language, port=port, why=error.strerror or error)) from error


@app.command("import")
def import_file(
    directory: Folder,
    file: Annotated[Path, typer.Argument(help="The office's keys, or a pack.")],
    office: Annotated[str, typer.Option(help="Fingerprint that the office reads to you.")] = "",
    module: Annotated[str, typer.Option(help="That of its security module.")] = "",
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Load a file of the office: first its keys, with both fingerprints compared; later each pack."""
    language = spoken(lang)
    data = read_message(file, language)
    try:
        kind = peek(data).kind
    except OfflineError as error:
        raise CommandError(error.es if language == "es" else error.en) from error
    if kind not in (OfficeKeys.KIND, Pack.KIND):
        with refusals_as_errors(language):
            raise TerminalRefused("unknown-kind", kind=kind)
    confirmed = _confirmed(data, Fingerprints(office, module), language) if kind != Pack.KIND else None
    with opened_terminal(directory, passphrase_file, language) as desk:
        if confirmed is not None:
            services.admit_office(desk, data, confirmed)
            _say({"loaded": kind}, as_json, text("admitted", language))
            return
        new = services.load_pack(desk, data)
        number = desk.selling().pack.number
        _say(
            {"loaded": kind, "number": number, "new": new},
            as_json,
            text("loaded" if new else "known", language, number=number),
        )


@app.command()
def export(
    directory: Folder,
    file: Annotated[Path, typer.Argument(help="Where the batch goes; it must not exist.")],
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Write the batch of what the office has not settled yet; it may be written and handed over again."""
    language = spoken(lang)
    if file.exists():
        raise CommandError(text("file-exists", language, file=file))
    with opened_terminal(directory, passphrase_file, language) as desk:
        data = services.make_batch(desk)
        entries = len(Batch.open(data, desk.counter.signing_public).entries)
    try:
        write_private(file, data)
    except OSError as error:
        raise CommandError(text("cannot-write", language, file=file, why=error.strerror or error)) from error
    said = {"file": str(file), "entries": entries}
    _say(said, as_json, text("exported", language, **said))


@app.command("status")
def show_status(directory: Folder, as_json: AsJson = False, lang: Lang = None) -> None:
    """Say where a terminal stands, also while it serves; needs no passphrase."""
    language = spoken(lang)
    with refusals_as_errors(language):
        found = open_terminal.terminal_status(directory)
    if as_json:
        _say(found.plain(), True, "")
        return
    for name, value in found.lines():
        typer.echo(f"{text(name, language):<24} {value if value is not None else text('no-pack', language)}")


def _confirmed(data: bytes, given: Fingerprints, lang: str) -> Fingerprints:
    """Fingerprints that the operator compared: given, or asked for at a terminal."""
    with refusals_as_errors(lang):
        _, prints = services.read_office(data)
    if given.office or given.module:
        return given
    if not sys.stdin.isatty():
        raise CommandError(text("say-fingerprints", lang, office=prints.office, module=prints.module))
    typer.echo(text("office", lang, office=prints.office))
    typer.echo(text("module", lang, module=prints.module))
    if not typer.confirm(text("same", lang)):
        return Fingerprints("", "")
    return prints


def _say(said: dict[str, Any], as_json: bool, sentence: str) -> None:
    typer.echo(json.dumps(said, ensure_ascii=False) if as_json else sentence)
    sys.stdout.flush()
