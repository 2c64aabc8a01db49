"""Our own security module in this process, with the registers of the test plan: the vendor that must conform.

Nothing of it touches a disk, and nothing in it is random: the same run gives the same evidence. What the
process, the journal and the socket add is for `conformance.vending.served_module`.
"""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from Crypto.PublicKey import ECC

from conformance.vending.module_vendor import ModuleVendor
from protocols.sts.identity import KeyType
from protocols.sts.testkeys import TEST_REGISTERS
from system.security_module import api, approval, key_file
from system.security_module.clock import ModuleClock
from system.security_module.contents import Client, Contents, KeyRegister
from system.security_module.errors import RequestRefused
from system.security_module.refusals import Refused
from system.security_module.service import Service
from system.security_module.state import State
from system.security_module.vault import Vaults

STORE = "bench"
START = datetime(2026, 1, 1, tzinfo=UTC)
SAME_AS_8 = 10
"""Register 10 of the plan is register 8 again; a module holds a key once."""

OPERATORS = {
    name: ECC.construct(curve="Ed25519", seed=sha256(f"amibench bench {name}".encode()).digest())
    for name in ("ana", "beto")
}
"""Operators of the bench, made from their names: they sign for test keys only."""


def plan_registers() -> tuple[KeyRegister, ...]:
    """The registers of the test plan as the module keeps them."""
    return tuple(
        KeyRegister(
            number=register.number,
            sgc=register.sgc,
            krn=register.krn,
            key_type=KeyType.DUTK,
            base_date=register.base_date,
            ken=register.ken,
            dkga="04",
            check_value=key_file.check_value(register.vending_key),
            key=register.vending_key,
        )
        for register in TEST_REGISTERS.values()
        if register.number != SAME_AS_8
    )


class OwnModule(ModuleVendor):
    """The module's service without its sockets. Mutants override `registers` or `carry`."""

    def __init__(self) -> None:
        super().__init__(STORE, OPERATORS, "cts-")
        self.client = Client("bench", "in-process", "operations")
        keys = {name: approval.public_key_bytes(key) for name, key in OPERATORS.items()}
        contents = Contents(STORE, test_keys=True, registers=self.registers(), operators=keys)
        self.service = Service(
            replace(contents, clients=(self.client,)), State(), ModuleClock(lambda: START), Vaults()
        )

    def registers(self) -> tuple[KeyRegister, ...]:
        """The keys that it holds."""
        return plan_registers()

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        """Carry out one operation; the line is read as it would be from a socket.

        Raises:
            RequestRefused: the module said no.
        """
        try:
            request = api.read_request(api.read_json_line(api.request_line(0, operation, args)))
        except Refused as refusal:
            raise _raised(refusal) from None
        result = self.service.handle(self.client, request).result
        if isinstance(result, Refused):
            raise _raised(result)
        return result


def _raised(refusal: Refused) -> RequestRefused:
    error = refusal.to_json()
    return RequestRefused(error["code"], error["number"], error["es"], error["en"])
