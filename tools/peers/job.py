"""Job of a peer's process, and the answer that it prints.

A job is one JSON object on standard input, its answer one on standard output::

    {"host": "127.0.0.1", "port": 4059, "framing": "wrapper", "client_sap": 2, "mechanism": "lls",
     "secret": "6c65…", "steps": [{"do": "get", "at": [3, "1.0.1.8.0.255", 2]}]}

    {"associated": true, "results": [{"value": 1362}], "released": true}

Further fields: ``ciphering`` (suite, guek, gak, client_title, counter, form, protection, dedicated_key),
``signing`` (own, a scalar; peer, x and y), ``max_pdu``, ``gbt_window``, ``propose`` and ``forgo``
(conformance bits beside and among the peer's usual ones), ``listen`` (for pushes, without an association). A
step that fails gives ``{"error": "…"}`` and the next one is done; what fails before the first step, or after
the last one, is the answer's own ``error``. Octets are hexadecimal.
"""

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout, suppress
from typing import Any, Protocol

Job = Mapping[str, Any]
Answer = dict[str, Any]


class Peer(Protocol):
    """A peer's client, driven by a job."""

    def open(self) -> None:
        """Connect and associate."""
        ...

    def do(self, step: Mapping[str, Any]) -> Any:
        """One step; what the peer read, in its own types."""
        ...

    def close(self) -> None:
        """Release and disconnect, as the standard says."""
        ...

    def drop(self) -> None:
        """Let go of the socket, whatever happened."""
        ...


def run(job: Job, make: Callable[[Job], Peer]) -> Answer:
    """Do a job; an error of the peer goes into the answer, and is never raised."""
    answer: Answer = {"associated": False, "results": [], "released": False}
    peer: Peer | None = None
    try:
        peer = make(job)
        peer.open()
        answer["associated"] = True
        answer["results"] = [_step(peer, step) for step in job["steps"]]
        peer.close()
        answer["released"] = True
    except Exception as error:  # the parent process wants one sentence, whatever the peer raises
        answer["error"] = sentence(error)
    if peer is not None:
        with suppress(Exception):
            peer.drop()
    return answer


def _step(peer: Peer, step: Mapping[str, Any]) -> Answer:
    try:
        return {"value": plain(peer.do(step))}
    except Exception as error:  # as above
        return {"error": sentence(error)}


def sentence(error: BaseException) -> str:
    """An error in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


def plain(value: Any) -> Any:
    """A value as JSON has it: octets in hexadecimal, arrays and structures as lists."""
    if value is None or isinstance(value, (bool, str, float)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, int):
        return int(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(value)


def main(make: Callable[[Job], Peer]) -> None:
    """Do the job on standard input; what the peer prints itself goes to standard error."""
    with redirect_stdout(sys.stderr):
        answer = run(json.load(sys.stdin), make)
    print(json.dumps(answer))
