"""The sockets: who is let in, what a broken line costs, group commit, compaction, and a clean end."""

import asyncio
import contextlib
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from protocols.sts.identity import luhn_digit
from system.security_module import api, store
from system.security_module.client import SecurityModuleClient
from system.security_module.committer import Committer
from system.security_module.errors import AnswerLost, RequestRefused, UnableToReachModule
from system.security_module.journal import Journal, recover
from system.security_module.sealed_contents import Client


def drn(number: int) -> str:
    payload = f"01{number:08d}"
    return payload + luhn_digit(payload)


def talk(url: str, *sent: bytes) -> list[dict[str, Any]]:
    """Send lines as they are, and read until the module hangs up or has answered each."""

    async def converse() -> list[dict[str, Any]]:
        reader, writer = await asyncio.open_unix_connection(url.removeprefix("unix://"), limit=1 << 20)
        answers = []
        with contextlib.suppress(ConnectionError):
            for line in sent:
                writer.write(line)
                if not (answer := await reader.readline()):
                    break
                answers.append(json.loads(answer))
        writer.close()
        return answers

    return asyncio.run(converse())


def test_a_broken_line_is_answered_and_the_next_one_is_read(on_thread) -> None:
    with on_thread() as url:
        answers = talk(url, b"noise\n", b'{"v": 1, "id": 4}\n', api.request_line(5, "status", {}))
    assert [(answer["ok"], answer["id"]) for answer in answers] == [(False, None), (False, 4), (True, 5)]
    assert answers[0]["error"]["code"] == "bad-request"
    assert answers[1]["error"]["code"] == "unknown-operation"


def test_a_line_without_end_is_refused_and_hung_up_on(on_thread) -> None:
    with on_thread() as url:
        answers = talk(url, b"x" * (api.LINE_BYTES_MAX + 2), api.request_line(5, "status", {}))
    # Whether the reason arrives depends on how much was still unread when the module hung up.
    assert [answer["error"]["code"] for answer in answers] in ([], ["bad-request"])


def test_a_stranger_is_told_so(on_thread, directory: Path, connect, passphrase: str, wall) -> None:
    opened = store.open_store(directory, passphrase, wall())
    stranger = Client("caja", f"uid:{os.geteuid() + 1}", "operations")
    opened.save(opened.contents.with_client(stranger), {"what": "test"}, wall())
    opened.close()
    with on_thread() as url, pytest.raises(RequestRefused, match="is no client") as refused:
        connect(url).status()
    assert refused.value.code == "not-permitted"
    assert refused.value.number == 98
    assert "no es un cliente" in refused.value.es


def test_nobody_there_is_said_and_nothing_is_lost(connect, tmp_path: Path, meter) -> None:
    with pytest.raises(UnableToReachModule) as nobody:
        connect(f"unix://{tmp_path}/none").mint("m", meter, subclass=0, amount=1)
    assert not isinstance(nobody.value, AnswerLost)


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "nothing", "tls://127.0.0.1", "tls://h:1?colour=red"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(UnableToReachModule):
        SecurityModuleClient(url)


def test_the_socket_is_not_for_the_world(on_thread) -> None:
    with on_thread() as url:
        assert Path(url.removeprefix("unix://")).stat().st_mode & 0o007 == 0


def test_a_client_lives_on_when_the_module_is_started_again(on_thread, connect, meter) -> None:
    with on_thread() as url:
        client = connect(url)
        first = client.mint("a", meter, subclass=0, amount=10)
    with on_thread():
        assert client.mint("b", meter, subclass=0, amount=10)["test"]
        assert client.fetch_result("a") == first


def test_a_lost_answer_is_fetched_and_not_asked_for_again(on_thread, meter) -> None:
    """The module answers into a connection that breaks: the client asks for the result by its message id."""

    class Deaf(SecurityModuleClient):
        asked: list[str]

        async def _exchange(self, line: bytes, number: int, name: str) -> dict[str, Any]:
            self.asked.append(json.loads(line)["operation"])
            answer = await super()._exchange(line, number, name)
            if len(self.asked) == 1:
                await self._hang_up()
                raise AnswerLost(name)
            return answer

    with on_thread() as url, Deaf(url) as client:
        client.asked = []
        sold = client.mint("once", meter, subclass=0, amount=10)
        assert client.asked == ["mint", "fetch_result"]
        assert client.status()["issued_tokens"] == 1
        assert client.fetch_result("once") == sold


class SlowJournal(Journal):
    """A disk that takes its time, under the test's hand."""

    gate: threading.Event
    batches: list[int]

    def append(self, records: Any) -> None:
        self.gate.wait()
        self.batches.append(len(records))
        super().append(records)


def test_one_sync_for_many(directory: Path, passphrase: str, wall) -> None:
    """While one batch is on its way to the disk, all others gather in the next."""
    opened = store.open_store(directory, passphrase, wall())
    opened.journal.close()
    journal = SlowJournal(directory / store.JOURNAL)
    journal.gate, journal.batches = threading.Event(), []
    opened.journal = journal

    async def commit() -> None:
        committer = Committer(opened, wall)
        running = asyncio.ensure_future(committer.run())
        waiting = []
        for number in range(20):
            committer.add([{"kind": "note", "number": number}])
            waiting.append(asyncio.ensure_future(committer.settled()))
            if number == 0:
                await asyncio.sleep(0)  # noqa: TID251 - lets the first batch leave alone
                await asyncio.sleep(0)  # noqa: TID251 - the same
        assert not any(task.done() for task in waiting)
        journal.gate.set()
        await asyncio.gather(*waiting)
        committer.close()
        await running

    asyncio.run(commit())
    opened.close()
    assert journal.batches == [1, 19]
    numbers = [record.get("number") for record in recover((directory / store.JOURNAL).read_bytes()).records]
    assert numbers[-20:] == list(range(20))


class FullDisk(Journal):
    """A disk that takes nothing more."""

    def append(self, records: Any) -> None:
        raise OSError(28, "No space left on device")


def test_a_full_disk_ends_the_module_and_answers_nothing(directory: Path, passphrase: str, wall) -> None:
    opened = store.open_store(directory, passphrase, wall())
    opened.journal.close()
    opened.journal = FullDisk(directory / store.JOURNAL)

    async def commit() -> None:
        committer = Committer(opened, wall)
        running = asyncio.ensure_future(committer.run())
        committer.add([{"kind": "note"}])
        for _ in range(2):
            with pytest.raises(OSError, match="No space"):
                await committer.settled()
        with pytest.raises(OSError, match="No space"):
            await running

    asyncio.run(commit())
    opened.close()


def test_the_journal_begins_anew_while_eight_clients_sell(
    on_thread, directory: Path, meter, passphrase
) -> None:
    def sell(url: str, number: int) -> dict[str, dict[str, Any]]:
        with SecurityModuleClient(url) as client:
            return {
                f"c{number}-{count}": client.mint(
                    f"c{number}-{count}", {**meter, "drn": drn(count % 5)}, subclass=0, amount=10
                )
                for count in range(25)
            }

    with on_thread(compact_above_bytes=20_000) as url, ThreadPoolExecutor(8) as pool:
        sold = {
            name: answer
            for part in pool.map(lambda number: sell(url, number), range(8))
            for name, answer in part.items()
        }
    archived = list(directory.glob("journal.2*"))
    assert archived
    assert all(path.stat().st_mode & 0o077 == 0 for path in archived)
    opened = store.open_store(directory, passphrase, datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert opened.state.issued_tokens == len(sold) == 200
    for name, answer in sold.items():
        kept = opened.state.result(name)
        assert kept is not None
        assert kept.result == answer
    opened.close()
    places = {(answer["pan"], answer["tokens"][0]["tid"]) for answer in sold.values()}
    assert len(places) == 200


def test_sigterm_finishes_what_was_asked(spawn, connect, meter) -> None:
    process = spawn()
    connect(process.url).mint("last", meter, subclass=0, amount=10)
    output, errors = process.terminate()
    assert (process.popen.returncode, output, errors) == (0, "", "")
    assert not Path(process.url.removeprefix("unix://")).exists()
    assert connect(spawn().url).fetch_result("last")["test"] is True


def test_two_processes_never_share_a_store(spawn, command, directory: Path) -> None:
    spawn()
    second = command("serve", str(directory), "--test-keys")
    assert second.returncode != 0
    assert second.stdout == ""
