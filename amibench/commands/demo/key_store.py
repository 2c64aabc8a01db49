"""A security module of published test keys, sealed under a passphrase that nobody ever sees."""

import os
from pathlib import Path

from amibench.commands.security_module_inputs import one_sentence, wall_utc
from protocols.sts.testkeys import TEST_REGISTERS
from system.security_module import key_file, store
from system.security_module.contents import Client, Contents
from system.security_module.journal import write_private

#: The register of every meter of a simulated world (`sim/meter/profiles`).
REGISTER = 1
#: log2 of scrypt's N: the passphrase is random, and the keys are published.
_KDF_COST = 10
_KEY_FILE = """format = "amibench-vending-key/1"
register = {number}
sgc = "201457"
krn = 1
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
    with one_sentence():
        write_private(passphrase_file, passphrase.encode())
        store.create(directory, passphrase, test_keys=True, now=wall_utc(), cost=_KDF_COST)
        opened = store.open_store(directory, passphrase, wall_utc())
        try:
            opened.save(_contents(opened.contents), {"what": "demo"}, wall_utc())
        finally:
            opened.close()
    return directory


def _contents(empty: Contents) -> Contents:
    vending_key = TEST_REGISTERS[REGISTER].vending_key
    name = next(name for name, value in key_file.TEST_KEYS.items() if value == vending_key)
    register = key_file.read_key_file(_KEY_FILE.format(number=REGISTER, key=name).encode())
    contents = key_file.admit(empty, register)
    return contents.with_client(Client("portal", f"uid:{os.geteuid()}", "operations"))
