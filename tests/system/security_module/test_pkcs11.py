"""A vending key inside SoftHSM2: it makes the same decoder keys and cannot be read out.

Needs the extra ``hsm`` (python-pkcs11) and Debian's ``softhsm2``; skipped without.
"""

import importlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from counter_leases import DRNS, MODULE_PUBLIC, decoder_key_of, lease_for, register

from protocols.sts.keys import derive_decoder_key
from protocols.sts.testkeys import VK_64, VUDK_160
from protocols.sts.token import decode_token
from system.security_module import store
from system.security_module.errors import UnableToUseToken
from system.security_module.key_file import read_key_file
from system.security_module.key_stores import KeyStores, MeterKeyName, Pkcs11KeyStore, SealedKeyStore
from system.security_module.refusals import Refused
from system.security_module.sealed_contents import Contents
from system.security_module.secure_counter import MintRequest, SecureCounter

LIBRARIES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
LIBRARY = next((path for path in LIBRARIES if Path(path).exists()), None)
HAS_BINDING = importlib.util.find_spec("pkcs11") is not None
needs_token = pytest.mark.skipif(
    not HAS_BINDING or LIBRARY is None or shutil.which("softhsm2-util") is None,
    reason="needs the extra hsm (python-pkcs11) and softhsm2",
)
PIN = "271828"
PAN = "600727000000000009"


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An initialised token of SoftHSM2 in a temporary directory. The library reads its settings once."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}/tokens\n", encoding="ascii")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "vend", "--pin", PIN, "--so-pin", "314159"],
        check=True,
        capture_output=True,
    )
    yield "vend"
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


@pytest.fixture
def key_store(token: str) -> Iterator[Pkcs11KeyStore]:
    opened = Pkcs11KeyStore(LIBRARY or "", token, PIN)
    yield opened
    opened.close()


@needs_token
@pytest.mark.parametrize("ea", ["07", "11"])
def test_the_token_makes_the_same_decoder_key(key_store: Pkcs11KeyStore, write_key, ea: str) -> None:
    register = read_key_file(write_key(1, "201457", 1, 2014, 255, "VUDK_160").encode())
    key_store.load(f"same-{ea}", VUDK_160)
    inside = replace(register, key=None, token_label=f"same-{ea}")
    meter = MeterKeyName(PAN, ea, 1)
    assert KeyStores(key_store).derive(inside, meter) == SealedKeyStore().derive(register, meter)


@needs_token
def test_the_key_cannot_be_read_out(key_store: Pkcs11KeyStore) -> None:
    pkcs11 = importlib.import_module("pkcs11")
    key_store.load("hidden", VUDK_160)
    with pytest.raises(pkcs11.exceptions.AttributeSensitive):
        key_store._key("hidden")[pkcs11.Attribute.VALUE]


@needs_token
def test_what_a_token_cannot_do_is_said(key_store: Pkcs11KeyStore, token: str, write_key) -> None:
    with pytest.raises(UnableToUseToken, match="DKGA04 only"):
        key_store.load("des", VK_64)
    register = read_key_file(write_key(1, "201457", 1, 2014, 255, "VUDK_160").encode())
    lost = replace(register, key=None, token_label="never-loaded")
    with pytest.raises(Refused):
        key_store.derive(lost, MeterKeyName(PAN, "11", 1))
    with pytest.raises(UnableToUseToken, match="PIN"):
        Pkcs11KeyStore(LIBRARY or "", "no-such-token", PIN)


@needs_token
def test_a_key_is_loaded_into_the_token_and_served_from_it(
    token: str,
    command,
    spawn,
    connect,
    monkeypatch: pytest.MonkeyPatch,
    directory: Path,
    tmp_path: Path,
    write_key,
    passphrase: str,
    wall,
) -> None:
    file = tmp_path / "key.toml"
    file.write_text(write_key(90, "654321", 3, 2014, 255, "VUDK_160"), encoding="utf-8")
    secret = {"AMIBENCH_SECURITY_MODULE_PIN": PIN}
    options = ("--token-library", str(LIBRARY), "--token-name", token)
    done = command("load-key", str(directory), str(file), *options, **secret)
    assert done.returncode == 0, done.stderr
    opened = store.open_store(directory, passphrase, wall())
    register = opened.contents.registers[-1]
    opened.close()
    assert (register.number, register.key, register.token_label is None) == (90, None, False)
    monkeypatch.setenv("AMIBENCH_SECURITY_MODULE_PIN", PIN)
    module, meter = connect(spawn().url), {"drn": PAN, "sgc": "654321", "krn": 3, "ti": 1}
    digits = module.mint("m", meter, subclass=0, amount=10)["tokens"][0]["digits"]
    known = derive_decoder_key(vending_key=VUDK_160, pan=PAN, sgc="654321", krn=3, ti=1)
    assert decode_token(digits, known).crc_ok


@needs_token
def test_a_lease_carries_the_decoder_key_that_the_token_makes(key_store, tmp_path: Path, wall) -> None:
    key_store.load("leased", VUDK_160)
    inside = register(1, key=None, token_label="leased")
    with SecureCounter.create(tmp_path / "counter", "frase", uuid4(), cost=10) as counter:
        lease = lease_for(counter, now=wall(), key_stores=KeyStores(key_store), held=inside)
        counter.load_lease(lease, MODULE_PUBLIC)
        minted = counter.mint(MintRequest(uuid4(), DRNS[0], 10, 1), wall())
    assert decode_token(minted.digits, decoder_key_of(DRNS[0])).crc_ok


def test_a_key_in_a_token_that_is_not_open_gives_no_lease(tmp_path: Path, wall) -> None:
    inside = register(1, key=None, token_label="leased")
    counter = SecureCounter.create(tmp_path / "counter", "frase", uuid4(), cost=10)
    with counter, pytest.raises(Refused, match="PKCS#11 token") as refused:
        lease_for(counter, now=wall(), held=inside)
    assert refused.value.code == "token-failed"


@pytest.mark.skipif(HAS_BINDING, reason="the extra hsm is installed")
def test_without_the_extra_one_sentence_says_so() -> None:
    with pytest.raises(UnableToUseToken, match="extra hsm"):
        Pkcs11KeyStore("lib.so", "vend", PIN)


def test_contents_forget_the_key_that_went_into_a_token(write_key) -> None:
    register = read_key_file(write_key(1, "201457", 1, 2014, 255, "VUDK_160").encode())
    contents = Contents("x", test_keys=True).with_register(register)
    moved = contents.with_key_in_token(1, "label", "lib.so", "vend")
    assert VUDK_160.value.hex() not in str(moved.to_json())
    assert Contents.from_json(moved.to_json()) == moved
