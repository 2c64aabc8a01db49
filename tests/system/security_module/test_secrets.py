"""No secret outside the sealed file: not in what the module prints, answers, writes or raises."""

import json
from pathlib import Path

import pytest
from Crypto.PublicKey import ECC

from protocols.sts.keys import derive_decoder_key
from system.security_module.client import SecurityModuleClient
from system.security_module.key_file import TEST_KEYS
from system.security_module.key_stores import MeterKeyName, SealedKeyStore


def secrets_of(meter, passphrase: str) -> list[bytes]:
    """Every spelling of the vending keys, of a decoder key and of the passphrase."""
    keys = [key.value for key in TEST_KEYS.values()]
    pan = meter["drn"]
    for ti in (1, 2):
        derived = derive_decoder_key(vending_key=TEST_KEYS["VUDK_160"], pan=pan, sgc="201457", ti=ti, krn=1)
        keys.append(derived.value)
    spelled = [form for key in keys for form in (key, key.hex().encode(), key.hex().upper().encode())]
    return [*spelled, passphrase.encode()]


@pytest.mark.requirement("R5-05")
def test_everything_that_a_served_module_leaves_behind(
    spawn, connect, directory: Path, meter, passphrase: str
) -> None:
    process = spawn()
    client: SecurityModuleClient = connect(process.url)
    answers = [
        client.mint("m", meter, subclass=0, amount=10),
        client.mint("k", meter, subclass=0, amount=10, target={"ti": 2}, allow_key_change=True),
        client.verify(meter, client.fetch_result("k")["tokens"][0]["digits"]),
        client.status(),
    ]
    printed = "".join(process.terminate()) + json.dumps(process.ready) + json.dumps(answers)
    texts = {"answers and output": printed.encode()}
    texts |= {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}
    assert {"journal", "module.sealed"} <= set(texts)
    for name, text in texts.items():
        for secret in secrets_of(meter, passphrase):
            assert secret not in text, name


@pytest.mark.requirement("R5-05")
def test_nothing_shows_a_key(bench, meter, passphrase: str) -> None:
    register = bench.opened.contents.registers[0]
    key = SealedKeyStore().derive(register, MeterKeyName(meter["drn"], "11", 1))
    shown = " ".join(map(repr, (register, bench.opened.contents, bench.opened, key, bench.service))).lower()
    for secret in secrets_of(meter, passphrase):
        if secret.isascii() and secret.isalnum():
            assert secret.decode().lower() not in shown
    assert register.key.value.hex() not in shown


def test_a_wrong_passphrase_is_not_repeated(command, directory: Path) -> None:
    done = command("serve", str(directory), "--test-keys", AMIBENCH_SECURITY_MODULE_PASSPHRASE="casi-secreta")
    assert done.returncode != 0
    assert "casi-secreta" not in done.stdout + done.stderr


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_passphrase_file_that_others_can_read_is_refused(
    command, directory: Path, tmp_path: Path, passphrase: str, mode: int
) -> None:
    file = tmp_path / "passphrase"
    file.write_text(passphrase, encoding="utf-8")
    file.chmod(mode)
    done = command("serve", str(directory), "--test-keys", "--passphrase-file", str(file))
    assert "chmod go=" in done.stderr
    assert passphrase not in done.stderr


def test_operators_keys_are_sealed_and_sign(command, tmp_path: Path, bench, meter) -> None:
    """Two operators make their keys and sign a request, each by command; the module counts them."""
    secret = {"AMIBENCH_OPERATOR_PASSPHRASE": "de-ana-y-beto"}
    args = bench.approve("key_change", (), message_id="k", meter=meter, target={"ti": 2})
    request = tmp_path / "request.json"
    content = {"store": bench.opened.contents.store, "operation": "key_change", "args": args}
    request.write_text(json.dumps(content), encoding="utf-8")
    contents = bench.opened.contents
    for name in ("dora", "eva"):
        key = tmp_path / name
        assert command("operator-key", str(key), **secret).returncode == 0
        assert key.stat().st_mode & 0o777 == 0o600
        assert b"ENCRYPTED" in key.read_bytes()
        public = ECC.import_key((tmp_path / f"{name}.pub").read_bytes()).export_key(format="raw")
        contents = contents.with_operator(name, public)
        signed = command("approve", str(request), "--operator", name, "--key", str(key), **secret)
        args["approval"]["signatures"].append(json.loads(signed.stdout))
    bench.service._issuer.contents = contents
    assert len(bench.ask("key_change", **args)["tokens"]) == 4
    wrong = command(
        "approve", str(request), "--operator", "eva", "--key", str(tmp_path / "eva"),
        AMIBENCH_OPERATOR_PASSPHRASE="otra",
    )  # fmt: skip
    assert wrong.returncode != 0
    assert wrong.stdout == ""
