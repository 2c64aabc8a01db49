"""A ciphered GET cycle beside its two yardsticks: bare AES-GCM, and the same GET in the plain.

The cycle: the client encodes and protects; the server opens, verifies, serves and protects its answer. Goal:
50,000 a second on one core. ``tox -e bench``, or ``pytest benchmarks/dlms/test_ciphered_speed.py``.
"""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from dlms_secure_pair import CLIENT_SAP, ENERGY, SERVER_SAP, SecurePair

from protocols.dlms.client.events import ClientState
from protocols.dlms.cosem import Register
from protocols.dlms.security import Form, SecurityControl

# Short rounds, many of them: their minimum is what an undisturbed core does.
OPERATIONS = 50
ROUNDS = 400
GOAL_PER_S = 50_000


def _cycle(control: SecurityControl, use: Form = Form.GLO, *, answered: bool = False) -> Callable[[], None]:
    pair = SecurePair(control=control, use=use)
    pair.associate()
    client, server = pair.client, pair.server

    def run() -> None:
        for _ in range(OPERATIONS):
            answer = server.receive_apdu(client.get(Register, ENERGY, 2), CLIENT_SAP, SERVER_SAP)
            if answered:
                client.receive_apdu(answer or b"")
            else:
                client.state = ClientState.ASSOCIATED

    return run


def _bare_gcm() -> Callable[[], None]:
    """What one cycle costs in AES-GCM alone: request and answer sealed, request opened by two passes."""
    seal = AESGCM(bytes(16)).encrypt
    nonce, additional, plain = bytes(12), bytes(17), bytes(13)

    def run() -> None:
        for _ in range(OPERATIONS):
            seal(nonce, plain, additional)
            seal(nonce, plain, None)
            seal(nonce, plain, additional)
            seal(nonce, plain, additional)

    return run


WORKLOADS: dict[str, Callable[[], None]] = {
    "yardstick: bare AES-GCM": _bare_gcm(),
    "yardstick: plain GET": _cycle(SecurityControl.NONE),
    "ciphered GET (glo)": _cycle(SecurityControl.AUTHENTICATED_ENCRYPTED),
    "ciphered GET (general-glo)": _cycle(SecurityControl.AUTHENTICATED_ENCRYPTED, Form.GENERAL_GLO),
    "authenticated GET (glo)": _cycle(SecurityControl.AUTHENTICATED),
    "ciphered GET, answer opened by the client": _cycle(
        SecurityControl.AUTHENTICATED_ENCRYPTED, answered=True
    ),
}


@pytest.mark.parametrize("name", WORKLOADS)
def test_ciphered_speed(benchmark, name: str) -> None:
    benchmark.extra_info["operations"] = OPERATIONS
    benchmark.extra_info["goal_per_s"] = None if name.startswith("yardstick") else GOAL_PER_S
    benchmark.pedantic(WORKLOADS[name], rounds=ROUNDS, warmup_rounds=5)
