"""What every device must say of itself: name, logical devices, association, account."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dialogue import Dialogue, answers_well, items
from conformance.bench.loop import use_up_share
from conformance.bench.tokens import CREDIT
from conformance.text import Text
from protocols.dlms.obis import Obis

LDN = "0.0.42.0.0"
SAP_LIST = "0.0.41.0.0"
ASSOCIATION = "0.0.40.0.0"
ACCOUNT = "0.0.19.0.0"

_ASSOCIATED = 2
#: Access modes that grant neither reading nor doing; 2 and 5 are write only. Source: Blue Book, class 15
#: version 0 to 2.
_WITHOUT: dict[str, tuple[object, ...]] = {"read": (0, 2, 5), "do": (0, False)}


@case(
    id="dlms/OBJECTS_LDN/name",
    title=Text("Nombre del dispositivo lógico", "Logical device name"),
    stimulus=Text("Leer el nombre del dispositivo lógico.", "Read the logical device name."),
    requirement=Text(
        "De 4 a 16 caracteres; los tres primeros son letras del identificador del fabricante, las "
        "declaradas si las hay.",
        "Four to sixteen characters; the first three are letters of the maker's identifier, those declared "
        "if any are.",
    ),
)
@pytest.mark.clause("dlms-yb", "OBJECTS_LDN", level="shall")
@pytest.mark.needs("association:public")
def test_name(bench: Bench) -> None:
    with bench.associated("public") as dialogue, answers_well(Text("leer el nombre", "reading the name")):
        name = dialogue.octets(1, LDN, 2)
    shown = name.decode("ascii", "replace")
    bench.observe(f"nombre: {shown}", f"name: {shown}")
    bench.check(4 <= len(name) <= 16, "tiene de 4 a 16 caracteres", "it has 4 to 16 characters")
    flag = shown[:3]
    bench.check(
        flag.isascii() and flag.isalpha(), f"empieza por letras ({flag})", f"it begins with letters ({flag})"
    )
    declared = bench.statement.device.flag_id
    bench.check(
        declared in ("", flag), f"son las declaradas ({declared})", f"they are those declared ({declared})"
    )


@case(
    id="dlms/OBJECTS_LDN/sap-list",
    title=Text("Lista de dispositivos lógicos", "List of logical devices"),
    stimulus=Text("Leer la lista de SAP.", "Read the SAP assignment list."),
    requirement=Text(
        "Nombra el dispositivo al que se le habla, con su nombre, y no repite ninguno.",
        "It names the device spoken to, by its name, and repeats none.",
    ),
)
@pytest.mark.clause("dlms-yb", "OBJECTS_LDN", level="shall")
@pytest.mark.needs("association:public")
def test_sap_list(bench: Bench) -> None:
    with bench.associated("public") as dialogue, answers_well(Text("leer la lista", "reading the list")):
        name = dialogue.octets(1, LDN, 2)
        rows = [items(row) for row in items(dialogue.get(17, SAP_LIST, 2))]
    listed = {row[0].value: row[1].value for row in rows}
    bench.observe(f"lista: {sorted(map(str, listed))}", f"list: {sorted(map(str, listed))}")
    bench.check(len(listed) == len(rows), "no repite ningún SAP", "it repeats no SAP")
    sap = bench.statement.link.server_sap
    bench.check(
        listed.get(sap) == name, f"el SAP {sap} lleva el nombre leído", f"SAP {sap} bears the name read"
    )


@case(
    id="dlms/OBJECTS_ASSOCIATION/truth",
    title=Text("El objeto de asociación dice la verdad", "The association object tells the truth"),
    stimulus=Text(
        "Leer el objeto de la asociación actual y, de cada objeto que concede, su nombre lógico.",
        "Read the object of the current association and, of each object that it grants, its logical name.",
    ),
    requirement=Text(
        "Dice el SAP del cliente y el estado asociado; cada objeto concedido existe con ese nombre.",
        "It says the client's SAP and the state associated; each object granted exists by that name.",
    ),
)
@pytest.mark.clause("dlms-yb", "OBJECTS_ASSOCIATION", level="shall")
@pytest.mark.needs("association:public")
def test_truth(bench: Bench) -> None:
    name = "reader" if "reader" in bench.statement.associations else "public"
    section = bench.association_section(name)
    with (
        bench.associated(name) as dialogue,
        answers_well(Text("leer la asociación", "reading the association")),
    ):
        partners = items(dialogue.get(15, ASSOCIATION, 3))
        status = dialogue.integer(15, ASSOCIATION, 8)
        objects = listed_objects(dialogue)
        granted = granted_rights(dialogue)
        named = [pair for pair in objects if (*pair, "read", 1) in granted]
        wrong = [str(obis) for class_id, obis in named if not _bears_its_name(dialogue, class_id, obis)]
    client = partners[0].value
    bench.check(
        client == section.client_sap,
        f"el cliente es {section.client_sap} (dice {client!r})",
        f"the client is {section.client_sap} (it says {client!r})",
    )
    bench.check(status == _ASSOCIATED, "el estado es asociado", "the state is associated")
    bench.measure("objects", len(objects), "")
    bench.measure("objects read", len(named), "")
    bench.check(len(set(objects)) == len(objects), "no repite objetos", "it repeats no object")
    bench.check(
        not wrong,
        f"cada objeto lleva su nombre {wrong or ''}".strip(),
        f"each object bears its name {wrong or ''}".strip(),
    )


def listed_objects(dialogue: Dialogue) -> list[tuple[int, Obis]]:
    """The object list of the current association as (class, logical name)."""
    found = []
    for row in items(dialogue.get(15, ASSOCIATION, 2)):
        class_id, _version, logical_name, *_ = items(row)
        assert isinstance(class_id.value, int)
        assert isinstance(logical_name.value, bytes)
        found.append((class_id.value, Obis.from_bytes(logical_name.value)))
    return found


def granted_rights(dialogue: Dialogue) -> set[tuple[int, Obis, str, int]]:
    """What the current association grants: (class, logical name, ``read`` or ``do``, index)."""
    granted = set()
    for row in items(dialogue.get(15, ASSOCIATION, 2)):
        class_id, _version, logical_name, rights = items(row)
        assert isinstance(class_id.value, int)
        assert isinstance(logical_name.value, bytes)
        attributes, methods = items(rights)
        for kind, entries in (("read", attributes), ("do", methods)):
            for index, mode in ((entry[0].value, entry[1].value) for entry in map(items, items(entries))):
                if isinstance(index, int) and mode not in _WITHOUT[kind]:
                    granted.add((class_id.value, Obis.from_bytes(logical_name.value), kind, index))
    return granted


def _bears_its_name(dialogue: Dialogue, class_id: int, obis: Obis) -> bool:
    return dialogue.session.get(class_id, obis, 1).value == obis.to_bytes()


@case(
    id="dlms/class-111/account",
    title=Text("Cuenta y crédito coinciden", "Account and credit agree"),
    stimulus=Text("Leer la cuenta y el registro de crédito.", "Read the account and the credit object."),
    requirement=Text(
        "El modo es prepago y activo, y el crédito disponible es el del registro, si es positivo.",
        "The mode is prepayment and active, and the available credit is that of the credit object, if "
        "positive.",
    ),
)
@pytest.mark.clause("dlms-bb", "class-111", level="shall")
@pytest.mark.needs("association:reader", "account")
def test_account(bench: Bench) -> None:
    use_up_share(bench)
    with bench.associated("reader") as dialogue, answers_well(Text("leer la cuenta", "reading the account")):
        mode, status = (item.value for item in items(dialogue.get(111, ACCOUNT, 2)))
        available = dialogue.integer(111, ACCOUNT, 5)
        credit = dialogue.integer(112, CREDIT, 2)
    bench.measure("available_credit", available, "Wh")
    bench.check(
        mode in (1, 2),
        f"el modo es crédito o prepago ({mode!r})",
        f"the mode is credit or prepayment ({mode!r})",
    )
    bench.check(status == 2, f"la cuenta está activa ({status!r})", f"the account is active ({status!r})")
    bench.check(available == max(0, credit), f"{available} = {credit}", f"{available} = {credit}")
