"""``amibench system take-readings``: a stick's file in, its acknowledgement back; a wrong one refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from field_store import MIDNIGHT, Field
from vending_world import make_village

from amibench.commands.system.take_readings import take_readings
from amibench.errors import CommandError
from protocols.field.bundle import acknowledgement_name, make_bundle, peek_serial, read_bundle
from system.head_end.django_store import DjangoStore
from system.head_end.models import ReadingValue, Series

SECRET, SERIAL = "the secret of the stick", "90000077"


@pytest.fixture
def meter(db: Any) -> Any:
    """A meter behind the concentrator, whose energy register was read once."""
    field = Field(make_village(), DjangoStore())
    concentrator = field.device(8, "concentrator")
    concentrator.serial = SERIAL
    concentrator.save()
    channel = field.channel("vereda", concentrator=True, device=concentrator, secret_name="vereda")
    access = field.meter(1, channel)
    Series.objects.create(
        device=access.device,
        profile="1.0.99.1.0",
        obis="1.0.1.8.0",
        attribute=2,
        class_id=3,
        scaler=0,
        unit=30,
        period_s=900,
        created_at=MIDNIGHT,
    )
    return access.device


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "keys.toml"
    path.write_text(f'[secrets.vereda]\nsecret = "{SECRET}"\n')
    path.chmod(0o600)
    return path


def _file(folder: Path, serial: str, secret: str = SECRET) -> Path:
    at_s = int(MIDNIGHT.timestamp())
    rows = [[number, at_s + 900 * number, 100 * number] for number in range(1, 5)]
    batch = {
        "serial": serial,
        "profile": "1.0.99.1.0",
        "columns": ["1.0.1.8.0/2"],
        "period_s": 900,
        "rows": rows,
    }
    path = folder / "stick.json"
    path.write_bytes(
        make_bundle("readings", SERIAL, at_s + 9000, {"batches": [batch], "lost": []}, secret.encode())
    )
    return path


@pytest.mark.requirement("R3-01")
def test_kept_once_and_acknowledged(tmp_path: Path, meter: Any, keys: Path, capsys: Any) -> None:
    file = _file(tmp_path, meter.serial)
    for _ in range(2):
        take_readings([file], keys, channel="", back=True)
    first, again = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["new_rows"], again["new_rows"], again["known_rows"]) == (4, 0, 4)
    assert first["left_meters"] == []
    assert list(ReadingValue.objects.order_by("ends_at_s").values_list("value", flat=True)) == [
        100,
        200,
        300,
        400,
    ]
    receipt = (tmp_path / acknowledgement_name(SERIAL)).read_bytes()
    assert read_bundle(receipt, "acknowledgement", SECRET.encode()).content == {"through": 4}


def test_a_file_under_another_secret_leaves_nothing(tmp_path: Path, meter: Any, keys: Path) -> None:
    with pytest.raises(CommandError, match=r"stick\.json: the bundle was not made by"):
        take_readings([_file(tmp_path, meter.serial, "another")], keys, channel="", back=True)
    assert not ReadingValue.objects.exists()
    assert not (tmp_path / acknowledgement_name(SERIAL)).exists()


def test_a_file_that_is_not_there(tmp_path: Path, meter: Any, keys: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        take_readings([tmp_path / "none.json"], keys, channel="", back=False)


def test_keys_that_others_may_read(tmp_path: Path, keys: Path) -> None:
    keys.chmod(0o644)
    with pytest.raises(CommandError, match="chmod 600"):
        take_readings([tmp_path / "none.json"], keys, channel="", back=False)


def test_of_a_file_without_end_no_more_is_read_than_a_bundle_may_be(
    tmp_path: Path, meter: Any, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("amibench.commands.system.take_readings", "protocols.field.bundle"):
        monkeypatch.setattr(f"{place}.SIZE_MAX", 10)
    seen: list[int] = []

    def peek(data: bytes) -> str:
        seen.append(len(data))
        return peek_serial(data)

    monkeypatch.setattr("system.head_end.acquisition.reading_file.peek_serial", peek)
    with pytest.raises(CommandError, match="limited to 10 octets"):
        take_readings([_file(tmp_path, meter.serial)], keys, channel="", back=False)
    assert seen == [11]
