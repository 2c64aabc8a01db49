"""The journal, killed and corrupted at every byte: it ends cleanly, says that it is torn, or is refused."""

import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.security_module.errors import JournalDamaged
from system.security_module.journal import CHUNK_BYTES, Journal, frame, recover

BATCHES = [[{"kind": "store"}], [{"n": 1}, {"n": 2}], [{"n": 3, "text": "áéí\n"}], [{"n": 4}]]
FRAMES = [frame(number, batch) for number, batch in enumerate(BATCHES)]
WHOLE = b"".join(FRAMES)
PADDED = WHOLE + bytes(CHUNK_BYTES - len(WHOLE))
RECORDS = [record for batch in BATCHES for record in batch]


def starts() -> list[int]:
    return [sum(map(len, FRAMES[:count])) for count in range(len(FRAMES) + 1)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def test_a_batch_is_one_line_with_its_crc() -> None:
    line = frame(7, [{"a": 1}])
    assert line == b"%08x 7 " % zlib.crc32(b'7 [{"a":1}]') + b'[{"a":1}]\n'


def test_what_was_appended_is_read_back(path: Path) -> None:
    journal = Journal.create(path, BATCHES[0])
    for batch in BATCHES[1:]:
        journal.append(batch)
    journal.close()
    again = Journal(path)
    assert list(again.recovered.records) == RECORDS
    assert not again.recovered.torn
    again.close()


def test_the_file_is_private_and_grows_in_chunks(path: Path) -> None:
    journal = Journal.create(path, BATCHES[0])
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size == CHUNK_BYTES
    journal.append([{"fill": "x" * CHUNK_BYTES}])
    assert path.stat().st_size == 2 * CHUNK_BYTES
    journal.append(BATCHES[1])
    journal.close()
    again = Journal(path)
    assert again.recovered.records[-2:] == tuple(BATCHES[1])
    again.close()


def test_killed_at_every_byte_of_a_batch() -> None:
    """A write that stopped anywhere leaves the batches before it, and none of its own."""
    for cut in range(starts()[1], len(WHOLE) + 1):
        whole = max(start for start in starts() if start <= cut)
        recovered = recover(WHOLE[:cut] + bytes(CHUNK_BYTES - cut))
        assert recovered.end == whole
        assert recovered.torn == (cut != whole)
        assert list(recovered.records) == RECORDS[: len(recovered.records)]


def test_a_file_cut_short_anywhere_is_torn_or_refused() -> None:
    for cut in range(len(WHOLE) + 1):
        if cut < starts()[1]:
            with pytest.raises(JournalDamaged):
                recover(WHOLE[:cut])
        else:
            assert recover(WHOLE[:cut]).torn


@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
def test_corrupted_at_every_byte(flip: int) -> None:
    """Damage before the last batch is refused; in it, or after it, the journal says that it is torn."""
    for place in range(len(WHOLE) + 10):
        raw = bytearray(PADDED)
        raw[place] ^= flip
        if place < starts()[-2]:
            with pytest.raises(JournalDamaged):
                recover(bytes(raw))
        else:
            recovered = recover(bytes(raw))
            assert recovered.torn
            assert recovered.end == (starts()[-2] if place < len(WHOLE) else len(WHOLE))


@given(st.binary(max_size=300))
def test_noise_after_the_end_is_never_a_record(noise: bytes) -> None:
    recovered = recover(WHOLE + noise + bytes(-(len(WHOLE) + len(noise)) % CHUNK_BYTES))
    assert list(recovered.records) == RECORDS


@given(st.binary(max_size=300))
def test_noise_is_no_journal(noise: bytes) -> None:
    with pytest.raises(JournalDamaged):
        recover(noise)


def test_a_torn_end_is_cut_off_before_anything_is_written(path: Path) -> None:
    Journal.create(path, BATCHES[0]).close()
    with path.open("r+b") as file:
        file.seek(len(FRAMES[0]))
        file.write(FRAMES[1][:-5])
    journal = Journal(path)
    assert journal.recovered.torn
    journal.append([{"n": 9}])
    journal.close()
    again = Journal(path)
    assert again.recovered.records == ({"kind": "store"}, {"n": 9})
    assert not again.recovered.torn
    again.close()


def test_replacing_is_one_step_and_keeps_the_old_file(path: Path) -> None:
    journal = Journal.create(path, BATCHES[0])
    journal.append(BATCHES[1])
    kept = path.with_name("kept")
    journal.replace(({"n": number} for number in range(600)), keep_as=kept)
    journal.append([{"after": True}])
    journal.close()
    assert [r.get("n") for r in recover(path.read_bytes()).records[:600]] == list(range(600))
    assert recover(path.read_bytes()).records[-1] == {"after": True}
    assert recover(kept.read_bytes()).records == ({"kind": "store"}, *BATCHES[1])


def test_a_replacement_that_was_killed_half_way_does_not_count(path: Path) -> None:
    Journal.create(path, BATCHES[0]).close()
    path.with_name("journal.new").write_bytes(b"half of a")
    journal = Journal(path)
    assert journal.recovered.records == ({"kind": "store"},)
    journal.replace(BATCHES[2])
    journal.close()
    assert recover(path.read_bytes()).records == tuple(BATCHES[2])
