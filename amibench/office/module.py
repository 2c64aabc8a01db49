"""The security module of an office: a process of its own, with published test keys."""

import secrets
from pathlib import Path

from amibench.office.key_store import make_key_store
from amibench.office.processes import Child, Family
from amibench.office.settings import module_socket


def start_module(family: Family, folder: Path) -> Child:
    """A security module of published test keys, its store in `folder`; it says a line when it is ready.

    Raises:
        CommandError: the store cannot be written.
    """
    passphrase_file = folder / "passphrase"
    directory = make_key_store(folder, passphrase_file, secrets.token_urlsafe(24))
    words = ["serve", str(directory), "--test-keys", "--socket", str(module_socket(folder))]
    return family.start(
        "security-module", ["amibench", "security-module", *words, "--passphrase-file", str(passphrase_file)]
    )
