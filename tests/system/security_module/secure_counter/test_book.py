"""What is on the disk: nothing in clear that opens a meter, nothing edited unseen, and a copy put back."""

import shutil
import sqlite3
from uuid import uuid4

import pytest
from counter_leases import DRNS, MODULE_PUBLIC, decoder_key_of
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from protocols.offline import ChainBroken, check_chain, follow, genesis
from system.security_module.errors import UnableToOpenStore, WrongPassphrase
from system.security_module.secure_counter import MintRequest, SecureCounter

BOOK = "counter.db"


def test_it_knows_after_closing_what_it_knew_before(till) -> None:
    sold = [till.sell(drn) for drn in (*DRNS, DRNS[0])]
    before = till.counter.status()
    till.reopen()
    assert till.counter.status() == before
    assert till.counter.minted_after(0) == sold
    assert till.counter.minted_after(3) == sold[3:]
    assert till.counter.fetch(sold[2].sale_id) == sold[2]
    assert till.sell().tid > sold[3].tid
    till.wait(minutes=-1)
    assert till.code() == "clock-behind"


def test_its_signature_is_of_its_public_key_and_stays_the_same(till) -> None:
    key = Ed25519PublicKey.from_public_bytes(till.counter.signing_public)
    key.verify(till.counter.sign(b"batch"), b"batch")
    names = (till.counter.terminal_id, till.counter.signing_public, till.counter.agreement_public)
    till.reopen()
    assert (till.counter.terminal_id, till.counter.signing_public, till.counter.agreement_public) == names


def test_no_key_lies_in_clear(till) -> None:
    till.sell()
    till.counter.close()
    disk = b"".join(path.read_bytes() for path in till.path.iterdir())
    till.counter = SecureCounter.open(till.path, "una frase que nadie debe leer")
    identity = till.counter._identity
    keys = [identity.signing, identity.agreement, identity.book, *(decoder_key_of(drn).value for drn in DRNS)]
    for key in keys:
        assert key not in disk
        assert key.hex().encode() not in disk
    assert identity.signing.hex() not in repr(identity)


def test_one_process_at_a_time(till, phrase: str) -> None:
    with pytest.raises(UnableToOpenStore, match="another process"):
        SecureCounter.open(till.path, phrase)


def test_what_cannot_be_opened_says_why(till, phrase: str, tmp_path) -> None:
    with pytest.raises(UnableToOpenStore, match="holds no secure counter"):
        SecureCounter.open(tmp_path / "nowhere", phrase)
    till.counter.close()
    with pytest.raises(WrongPassphrase):
        SecureCounter.open(till.path, "otra")
    till.path.chmod(0o755)
    with pytest.raises(UnableToOpenStore, match="chmod"):
        SecureCounter.open(till.path, phrase)
    till.path.chmod(0o700)
    book = (till.path / BOOK).read_bytes()
    (till.path / BOOK).write_bytes(b"no database" * 500)
    with pytest.raises(UnableToOpenStore, match="damaged"):
        SecureCounter.open(till.path, phrase)
    (till.path / BOOK).unlink()
    with pytest.raises(UnableToOpenStore, match="missing"):
        SecureCounter.open(till.path, phrase)
    (till.path / BOOK).write_bytes(book)
    till.counter = SecureCounter.open(till.path, phrase)
    assert till.counter.status().drns == DRNS


def test_a_second_counter_is_not_made_over_the_first(till, phrase: str) -> None:
    till.counter.close()
    with pytest.raises(UnableToOpenStore, match="already"):
        SecureCounter.create(till.path, phrase, uuid4(), cost=10)
    till.counter = SecureCounter.open(till.path, phrase)


def test_an_empty_passphrase_makes_none(tmp_path) -> None:
    with pytest.raises(ValueError, match="empty"):
        SecureCounter.create(tmp_path / "counter", "", uuid4(), cost=10)
    SecureCounter.create(
        tmp_path / "counter", "frase", uuid4(), cost=10
    ).close()  # what was left is no counter


EDITS = {
    "less money sold": "UPDATE token SET amount_c = 1, spent_c = spent_c - 999999",
    "last token taken out": "DELETE FROM token WHERE sequence = 3",
    "first token taken out": "DELETE FROM token WHERE sequence = 1",
    "tokens exchanged": "UPDATE token SET sequence = CASE sequence WHEN 1 THEN -2 WHEN 2 THEN -1 ELSE 3 END",
    "another minute": "UPDATE token SET tid = tid + 16 WHERE sequence = 2",
    "more allowed": "UPDATE head SET allowed_c = 999999999",
    "an older head": "UPDATE head SET sequence = 2, row_mac = (SELECT mac FROM token WHERE sequence = 2)",
    "no head": "DELETE FROM head",
    "another module": "UPDATE head SET module_public = zeroblob(32)",
    "a token put in": (
        "INSERT INTO token SELECT 4, 'x', drn, pan, base_date, tid + 160, digits, units, amount_c, spent_c,"
        " lease_id, at, mac FROM token WHERE sequence = 3"
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_by_hand_is_seen(till, phrase: str, edit: str) -> None:
    for drn in DRNS:
        till.sell(drn)
    till.counter.close()
    database = sqlite3.connect(till.path / BOOK)
    kept = database.serialize()
    with database:
        database.execute(EDITS[edit])
    database.close()
    with pytest.raises(UnableToOpenStore, match="edited by hand"):
        SecureCounter.open(till.path, phrase)
    (till.path / BOOK).write_bytes(kept)
    till.counter = SecureCounter.open(till.path, phrase)
    assert till.counter.status().sequence == 3


LEASE_EDIT = "UPDATE lease SET envelope = CAST(replace(envelope, '2026-03-15', '2036-03-15') AS BLOB)"


def test_a_lease_that_was_edited_is_seen(till, phrase: str) -> None:
    till.counter.close()
    database = sqlite3.connect(till.path / BOOK)
    kept = database.serialize()
    with database:
        database.execute(LEASE_EDIT)
    database.close()
    with pytest.raises(UnableToOpenStore, match="edited by hand"):
        SecureCounter.open(till.path, phrase)
    (till.path / BOOK).write_bytes(kept)
    till.counter = SecureCounter.open(till.path, phrase)


def test_a_book_that_cannot_be_written_mints_nothing(till) -> None:
    till.sell()
    till.counter._book._database.execute("PRAGMA query_only = ON")
    request = MintRequest(uuid4(), DRNS[0], 255, 1_000)
    with pytest.raises(sqlite3.OperationalError):
        till.counter.mint(request, till.now)
    till.counter._book._database.execute("PRAGMA query_only = OFF")
    assert till.counter.fetch(request.sale_id) is None
    assert till.counter.status().sequence == 1
    assert till.counter.mint(request, till.now).sequence == 2


def history(till, last: str, number: int, sales: int) -> list:
    """What a terminal writes into its chain for so many sales."""
    entries = []
    for _ in range(sales):
        minted = till.sell()
        content = {"sale_id": minted.sale_id, "copy": 1}
        entries.append(follow(number, last, "print", till.now, content))
        number, last = number + 1, entries[-1].hash
        till.wait(minutes=20)
    return entries


@pytest.mark.requirement("R5.4-05")
def test_a_copy_put_back_sells_again_and_is_found_at_the_office(till, phrase: str, tmp_path) -> None:
    """Software cannot prevent it, and here it is not prevented: counter and money are of the day of the copy.

    The office, which has the first history, finds the second one to be a fork; and the meters refuse the
    second token of a minute.
    """
    till.load(allowed_c=2_000_000, made_at=till.now)
    first = genesis(till.counter.terminal_id)
    till.counter.close()
    shutil.copytree(till.path, tmp_path / "copy")
    till.counter = SecureCounter.open(till.path, phrase)
    began = till.now
    honest = history(till, first, 0, 2)
    assert till.code(amount_c=1) == "over-limit"
    till.counter.close()
    shutil.rmtree(till.path)
    shutil.copytree(tmp_path / "copy", till.path)

    till.counter = SecureCounter.open(till.path, phrase)
    till.now = began
    again = history(till, first, 0, 2)  # the same money a second time
    assert till.counter.status().spent_c == 2_000_000
    assert {minted.tid for minted in till.sold[:2]} == {minted.tid for minted in till.sold[2:]}

    check_chain(honest, 0, first)
    with pytest.raises(ChainBroken) as broken:
        check_chain(history(till_after(till), again[-1].hash, 2, 1), 2, honest[-1].hash)
    assert broken.value.why == "fork"
    assert again[0].number == honest[0].number
    assert again[0].hash != honest[0].hash


def till_after(till):
    """The same till, with a little more to sell."""
    till.load(allowed_c=9_000_000, made_at=till.now)
    return till


def test_the_module_key_is_kept_for_the_next_opening(till) -> None:
    till.reopen()
    assert till.counter._book.head.module_public == MODULE_PUBLIC
