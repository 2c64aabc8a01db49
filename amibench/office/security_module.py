"""Security module of an office: a process of its own, with published test keys and two operators.

Its store is sealed under a random passphrase. The operators are the supervisor and the administrator of the
office; their keys lie in the office's private folder, so that a free token or a key change can be tried on
one machine. They go away with it.
"""

import os
import secrets
from pathlib import Path

from Crypto.PublicKey import ECC

from amibench.office.processes import ChildProcess, ProcessGroup, module_socket
from amibench.security_module_edge import as_command_error, wall_utc
from protocols.sts.testkeys import TEST_REGISTERS
from system.security_module import approval, key_file, store
from system.security_module.journal import write_private
from system.security_module.sealed_contents import Client, Contents

#: That of every meter of a simulated world (`sim/meter/profiles`), and one that a key change can lead to.
REGISTERS = (1, 2)
#: Usernames of the staff that sign.
OPERATORS = ("supervisor", "administrador")
#: log2 of scrypt's N: the passphrase is random, and the keys are published.
_KDF_COST = 10
_KEY_FILE = """format = "amibench-vending-key/1"
register = {number}
sgc = "201457"
krn = {krn}
base_date = 2014
ken = 255
dkga = "04"
test_key = "{key}"
"""


def make_key_store(folder: Path, passphrase_file: Path, passphrase: str) -> Path:
    """Make the module's directory, with this user as its only client.

    Args:
        folder: private; the directory is made in it.
        passphrase_file: is written, for the module alone.
        passphrase: random.

    Raises:
        CommandError: it cannot be written.
    """
    directory = folder / "module"
    with as_command_error():
        write_private(passphrase_file, passphrase.encode())
        store.create(directory, passphrase, test_keys=True, now=wall_utc(), cost=_KDF_COST)
        opened = store.open_store(directory, passphrase, wall_utc())
        try:
            opened.save(_contents(opened.contents, _operators(folder)), {"what": "demo"}, wall_utc())
        finally:
            opened.close()
    return directory


def _contents(contents: Contents, operators: dict[str, bytes]) -> Contents:
    for number in REGISTERS:
        register = TEST_REGISTERS[number]
        name = next(name for name, value in key_file.TEST_KEYS.items() if value == register.vending_key)
        file = _KEY_FILE.format(number=number, krn=register.krn, key=name)
        contents = key_file.admit(contents, key_file.read_key_file(file.encode()))
    for operator, public_key in operators.items():
        contents = contents.with_operator(operator, public_key)
    return contents.with_client(Client("portal", f"uid:{os.geteuid()}", "operations"))


def _operators(folder: Path) -> dict[str, bytes]:
    """A key pair for each; the private ones where `system.demo.operator_signatures` looks."""
    keys = folder / "operators"
    keys.mkdir(mode=0o700)
    public: dict[str, bytes] = {}
    for name in OPERATORS:
        key = ECC.generate(curve="Ed25519")
        write_private(keys / f"{name}.pem", str(key.export_key(format="PEM")).encode("ascii"))
        public[name] = approval.public_key_bytes(key)
    return public


def start_module(processes: ProcessGroup, folder: Path) -> ChildProcess:
    """A security module of published test keys, its store in `folder`; it says a line when it is ready.

    Raises:
        CommandError: the store cannot be written.
    """
    passphrase_file = folder / "passphrase"
    directory = make_key_store(folder, passphrase_file, secrets.token_urlsafe(24))
    words = ["serve", str(directory), "--test-keys", "--socket", str(module_socket(folder))]
    return processes.start(
        "security-module", ["amibench", "security-module", *words, "--passphrase-file", str(passphrase_file)]
    )
