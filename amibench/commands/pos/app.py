"""The commands."""

import json
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from amibench.commands.pos.opened import AsJson, Lang, opened, passphrase_of, read_message, told
from amibench.commands.pos.texts import text
from amibench.errors import CommandError
from amibench.language import spoken
from amibench.module_edge import one_sentence, wall_utc
from protocols.offline import OfflineError, fingerprint, peek
from protocols.offline.messages import Batch, OfficeKeys, Pack
from system.security_module.journal import write_private
from system.security_module.sealed import COSTS, DEFAULT_COST
from system.terminal import open_terminal, services
from system.terminal.errors import TerminalRefused
from system.terminal.services.office import Fingerprints

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
    with told(language), one_sentence():
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
    with opened(directory, passphrase_file, language) as desk:
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
        with told(language):
            raise TerminalRefused("unknown-kind", kind=kind)
    confirmed = _confirmed(data, Fingerprints(office, module), language) if kind != Pack.KIND else None
    with opened(directory, passphrase_file, language) as desk:
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
    with opened(directory, passphrase_file, language) as desk:
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
    with told(language):
        found = open_terminal.terminal_status(directory)
    if as_json:
        _say(found.plain(), True, "")
        return
    for name, value in found.lines():
        typer.echo(f"{text(name, language):<24} {value if value is not None else text('no-pack', language)}")


def _confirmed(data: bytes, given: Fingerprints, lang: str) -> Fingerprints:
    """The fingerprints that somebody compared: given, or asked for at a terminal."""
    with told(lang):
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
