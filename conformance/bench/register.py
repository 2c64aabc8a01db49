"""Reading back a decoder's key register by DLMS (class 116), without the key."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.bench.dialogue import items
from conformance.bench.mint import Register
from protocols.dlms.axdr import Data
from protocols.dlms.obis import Obis

if TYPE_CHECKING:
    from conformance.bench.bench import Bench

STS_ATTRIBUTES = 116
_CURRENT_ASSOCIATION = "0.0.40.0.0"
_PAN, _EA, _SGC, _TI, _KRN, _KEY_TYPE, _KEN = 2, 5, 6, 7, 8, 9, 10


@dataclass(frozen=True, slots=True)
class SeenRegister:
    """What a device says of its identity and its key register."""

    pan: str
    ea: int
    sgc: int
    ti: int
    krn: int
    key_type: int
    ken: int

    def expect(self, bench: "Bench", register: Register) -> None:
        """Check that it says just this register.

        Raises:
            CaseFails: it says another.
        """
        wanted = of_register(register)
        bench.check(
            self == wanted,
            f"se exige el registro {wanted}; se leyó {self}",
            f"the register must be {wanted}; read: {self}",
        )


def of_register(register: Register) -> SeenRegister:
    """What a device under `register` must say."""
    return SeenRegister(
        register.pan,
        int(register.section.ea),
        int(register.sgc),
        register.ti,
        register.krn,
        int(register.key_type),
        register.ken,
    )


def read_register(bench: "Bench") -> SeenRegister:
    """Read the register through the reader association.

    Raises:
        CaseNotApplicable: the device shows no object of class 116.
    """
    with bench.associated("reader") as dialogue:
        name = bench.rig.memory.get("class-116") or _find(bench, dialogue.get(15, _CURRENT_ASSOCIATION, 2))
        bench.rig.memory["class-116"] = name
        iin, drn, check = (int(_number(part)) for part in items(dialogue.get(STS_ATTRIBUTES, name, _PAN)))
        numbers = [dialogue.integer(STS_ATTRIBUTES, name, n) for n in (_EA, _SGC, _TI, _KRN, _KEY_TYPE, _KEN)]
    drn_digits = 11 if iin else 13
    pan = f"{iin:0{17 - drn_digits}d}{drn:0{drn_digits}d}{check}"
    seen = SeenRegister(pan, *numbers)
    bench.observe(f"registro leído: {seen}", f"register read: {seen}")
    return seen


def _find(bench: "Bench", object_list: Data) -> str:
    """The logical name of the object of class 116."""
    for row in items(object_list):
        class_id, _version, name, *_rights = items(row)
        if class_id.value == STS_ATTRIBUTES and isinstance(name.value, bytes):
            return str(Obis.from_bytes(name.value))
    raise bench.not_applicable("sin objeto de la clase 116", "no object of class 116")


def _number(data: Data) -> int:
    return data.value if isinstance(data.value, int) else -1
