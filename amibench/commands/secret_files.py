"""Secrets of commands: read from a private file, the environment or a prompt, written to a private place.

None is an argument.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import typer

from amibench.errors import CommandError
from system.security_module.errors import SecurityModuleError
from system.security_module.store import check_private

PASSPHRASE_VARIABLE = "AMIBENCH_SECURITY_MODULE_PASSPHRASE"  # noqa: S105 - a name
PIN_VARIABLE = "AMIBENCH_SECURITY_MODULE_PIN"
OPERATOR_VARIABLE = "AMIBENCH_OPERATOR_PASSPHRASE"

_BYTES_MAX = 1024


def secret(file: Path | None, variable: str, prompt: str, *, new: bool = False) -> str:
    """A secret from a private file, else from the environment, else asked for at the terminal.

    Args:
        file: named by an option, or None.
        variable: of the environment.
        prompt: in both languages.
        new: ask twice.

    Raises:
        CommandError: the file is open to others, or cannot be read, or the secret is empty.
    """
    if file is not None:
        text = _from_file(file)
    elif (found := os.environ.get(variable)) is not None:
        text = found
    else:
        text = typer.prompt(prompt, hide_input=True, confirmation_prompt=new, err=True)
    if not text:
        raise CommandError("the secret is empty: give one")
    return text


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        CommandError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror or error}") from error


def _from_file(path: Path) -> str:
    try:
        check_private(path)
        raw = path.read_bytes()
    except SecurityModuleError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror or error}") from error
    try:
        text = raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise CommandError(f"{path} must hold text in UTF-8") from None
    if len(raw) > _BYTES_MAX:
        raise CommandError(f"{path} is too long for a secret")
    return text


@contextlib.contextmanager
def private_place(asked: Path | None, name: str) -> Iterator[Path]:
    """The file asked for, or `name` in a private folder that goes away after."""
    if asked is not None:
        yield asked.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="amibench-"))
    try:
        yield folder / name
    finally:
        shutil.rmtree(folder, ignore_errors=True)
