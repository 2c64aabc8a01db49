"""``amibench dlms``: explain frames and APDUs, one from the command line or a file of captures."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree as RichTree

from amibench.commands.keys_file import ciphering_keys
from amibench.errors import EXIT_USAGE, CommandError
from amibench.language import resolve
from protocols.dlms.errors import DlmsValueError
from protocols.dlms.explain import (
    ExplainedCapture,
    Explanation,
    HexError,
    ReadingKeys,
    Tree,
    explain,
    explain_captures,
    parse_hex,
)

app = typer.Typer(no_args_is_help=True, help="Explain DLMS/COSEM frames and APDUs.")

_FAILED = 1
#: hexadecimal beyond this many digits is not shown beside a node
_MAX_SHOWN_HEX = 48
_MAX_FACTS = 3


@app.callback()
def _root() -> None:
    """Explain DLMS/COSEM frames and APDUs."""


@app.command()
def decode(
    hexadecimal: Annotated[
        str | None,
        typer.Argument(metavar="HEX", help="A frame or an APDU; blanks, colons and 0x are allowed."),
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Explain a file of captures instead.")] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            envvar="AMIBENCH_METER_KEYS",
            help="TOML file with [associations.NAME]: guek, gak, system_title: opens what is ciphered.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    lang: Annotated[str | None, typer.Option(help="es or en.")] = None,
) -> None:
    """Explain one frame or APDU field by field: HDLC, TCP wrapper, M-Bus, LLC and APDU, or a bare APDU.

    Ciphered APDUs are opened with the keys of --keys FILE; keys are never an argument.
    Exit code 3 when HEX does not decode. With --file: 1 when a capture is not as it should be.
    JSON speaks English unless --lang says otherwise, so that programs can rely on its words.
    """
    if (hexadecimal is None) == (file is None):
        raise CommandError("give either HEX or --file")
    language = resolve(lang) if lang or not as_json else "en"
    given = [] if keys is None else ciphering_keys(keys, language)
    if file is not None:
        _decode_file(file, language, given, as_json=as_json)
    elif hexadecimal is not None:
        _decode_hex(hexadecimal, language, given, as_json=as_json)


# ---------------------------------------------------------------- one frame or APDU


def _decode_hex(text: str, lang: str, keys: list[ReadingKeys], *, as_json: bool) -> None:
    try:
        raw = parse_hex(text)
    except HexError as error:
        raise CommandError(error.spanish if lang == "es" else error.english) from error
    result = explain([raw], lang=lang, keys=keys)
    # a single segment or block is all that was given: that its rest is missing is no fault of it
    faults = [problem.sentence for problem in result.problems if problem.kind != "unfinished"]
    trees = [*result.frames, *result.apdus]
    if not result.frames and not result.apdus:
        trees = result.blocks
    if as_json:
        # one shape whatever comes: a failure is in `error` and by the exit code
        typer.echo(json.dumps(_plain(result, trees, faults), ensure_ascii=False))
        if faults:
            raise typer.Exit(EXIT_USAGE)
        return
    if not faults or result.frames:
        _print_trees(trees)
    if faults:
        raise CommandError("; ".join(faults))


def _plain(result: Explanation, trees: list[Tree], faults: list[str]) -> dict[str, object]:
    apdus = [tree for tree in trees if not any(tree is frame for frame in result.frames)]
    return {"ok": not faults, "frames": result.frames, "apdus": apdus, "error": "; ".join(faults) or None}


def _print_trees(trees: list[Tree]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for tree in trees:
        console.print(_rich(tree))


def _rich(tree: Tree) -> RichTree:
    branch = RichTree(_label(tree))
    _grow(branch, tree)
    return branch


def _grow(branch: RichTree, tree: Tree) -> None:
    for child in tree["children"]:
        _grow(branch.add(_label(child)), child)


def _label(tree: Tree) -> str:
    label = f"[bold]{escape(str(tree['name']))}[/bold]"
    if tree["value"] is not None:
        # a meter's text must not steer the terminal
        shown = "".join(char if char.isprintable() else "�" for char in str(tree["value"]))
        label += f": {escape(shown)}"
    octets = tree["hex"]
    if octets and len(octets) <= _MAX_SHOWN_HEX and octets != tree["value"]:
        label += f"  [dim]{octets}[/dim]"
    return label


# ---------------------------------------------------------------- a file of captures


def _decode_file(file: Path, lang: str, keys: list[ReadingKeys], *, as_json: bool) -> None:
    try:
        captures = explain_captures(json.loads(file.read_text(encoding="utf-8")), lang, keys)
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}") from error
    except RecursionError as error:
        raise CommandError(f"{file} is nested too deeply") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is not UTF-8 text, at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise CommandError(
            f"{file} is not JSON: {error.msg}, line {error.lineno} column {error.colno}"
        ) from error
    except DlmsValueError as error:
        raise CommandError(f"{file}: {error}") from error
    if as_json:
        typer.echo(json.dumps([capture.plain() for capture in captures], ensure_ascii=False))
    else:
        _print_summary(captures, lang)
    good = sum(capture.ok for capture in captures)
    if good < len(captures):
        raise typer.Exit(_FAILED)


def _print_summary(captures: list[ExplainedCapture], lang: str) -> None:
    for capture in captures:
        typer.echo(_line(capture))
    good, total = sum(capture.ok for capture in captures), len(captures)
    typer.echo(f"{good} de {total} como debe ser" if lang == "es" else f"{good} of {total} as they should be")


def _line(capture: ExplainedCapture) -> str:
    facts = [capture.error] if capture.error else _facts(capture)
    return f"{'ok ' if capture.ok else 'BAD'} {capture.id}: {'; '.join(facts)}"


def _facts(capture: ExplainedCapture) -> list[str]:
    """The first things that a person wants to know of a capture."""
    facts = [
        str(leaf["value"])
        for apdu in capture.apdus
        for group in apdu["children"]
        for leaf in group["children"]
        if leaf["name"] in ("reading", "lectura")
    ]
    return facts[:_MAX_FACTS] or [str(tree["name"]) for tree in capture.apdus or capture.frames][:_MAX_FACTS]
