"""The office by API: users, registry, import, tariffs, obligations, points of sale, bills, four eyes."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from vending_world import Village, drn

from system.accounts.models import AuditRecord
from system.accounts.permissions import Role
from system.registry.importing.columns import COLUMNS
from system.registry.models import Customer, Installation

NewId = Callable[[], str]
Asks = Callable[[Role], Any]
PERSON = {"document": "1.090.123.456", "name": "  María   Ñáñez "}
DEVICE = {"maker": "AMB", "serial": "S-77", "drn": drn(77), "keying": {"sgc": "201457"}}


@pytest.fixture
def office(caller: Asks) -> Any:
    return caller(Role.SUPERVISOR)


def test_a_user_comes_and_goes(caller: Asks) -> None:
    administrator = caller(Role.ADMINISTRATOR)
    wanted = {"username": "julia", "name": "Julia Pérez", "role": "cashier"}
    made = administrator("POST", "users", wanted)
    assert (made.status_code, made.json()["user"]["must_change_password"]) == (201, True)
    address = f"users/{made.json()['user']['id']}"
    assert administrator("POST", "users", {**wanted, "username": "JULIA"}).status_code == 422
    assert administrator("POST", "users", {**wanted, "role": "subscriber"}).status_code == 422
    assert administrator("PUT", f"{address}/role", {"role": "auditor"}).json()["role"] == "auditor"
    assert administrator("POST", f"{address}/suspend").json()["active"] is False
    assert administrator("POST", f"{address}/restore").json()["active"] is True
    again = administrator("POST", f"{address}/password").json()
    assert again["first_password"] != made.json()["first_password"]
    assert administrator("POST", f"{address}/drop-second-factor").status_code == 200
    own = administrator("GET", "me").json()["id"]
    refused = administrator("POST", f"users/{own}/suspend")
    assert (refused.status_code, "Nadie cambia su propio usuario" in refused.json()["detail"]) == (422, True)
    trail = administrator("GET", "audit?action=users.manage&outcome=done").json()
    assert trail["total"] == AuditRecord.objects.filter(action="users.manage").count() == 6
    assert not any(made.json()["first_password"] in str(row) for row in trail["items"])
    assert administrator("POST", "audit/check").json() == {"complete": True, "broken_at": None}


@pytest.mark.requirement("R4.1-07")
def test_a_home_from_place_to_group(office: Any, village: Village) -> None:
    community = {"name": "La Vega", "municipality": "Teorama", "altitude_m": 1200}
    vega = office("POST", "communities", community).json()
    site = office("POST", "sites", {"community_id": vega["id"], "name": "Vega", "kind": "nano"}).json()
    feeder = office("POST", "feeders", {"site_id": site["id"], "name": "C1"}).json()
    assert "La Vega" in [one["name"] for one in office("GET", "places").json()]
    place = {"niu": "V-1", "site_id": site["id"], "feeder_id": feeder["id"], "estrato": 1}
    home = {"person": PERSON, "place": place, "terms": {"tariff_code": "ZNI-E1"}, "meter": DEVICE}
    made = office("POST", "installations", home)
    assert made.status_code == 201
    said = made.json()
    assert (said["customer_name"], said["drn"]) == ("María Ñáñez", drn(77))
    assert said["agreement"]["mode"] == "prepaid"
    assert office("GET", "installations?niu=V-1").json()["items"] == [said]
    again = office("POST", "installations", home)
    assert (again.status_code, again.json()["errors"][0]["field"]) == (422, "body.niu")
    group = office("POST", "groups", {"axis": "zone", "name": "Norte"}).json()
    joined = office("POST", f"groups/{group['id']}/members", {"installation_ids": [said["id"]]}).json()
    assert joined["members"] == 1
    foreign = office("POST", f"groups/{group['id']}/members", {"installation_ids": [said["id"], 999_999]})
    assert (foreign.status_code, foreign.json()["detail"]) == (422, "No existe la instalación 999999.")
    assert office("GET", f"groups/{group['id']}/members").json()["items"][0]["niu"] == "V-1"


def test_a_persons_data(office: Any, caller: Asks) -> None:
    found = office("POST", "customers/search", {"text": "Persona 1"}).json()["items"][0]
    address = f"customers/{found['id']}"
    corrected = office("PUT", address, {**PERSON, "email": "maria@example.org"}).json()
    assert (corrected["document"], corrected["name"]) == ("1090123456", "María Ñáñez")
    assert office("PUT", address, {**PERSON, "email": "x@"}).status_code == 422
    agreed = office("POST", f"{address}/consents", {"given": True, "channel": "signed"})
    assert (agreed.status_code, agreed.json()["data_consent_at"][-1]) == (201, "Z")
    archive = office("POST", f"{address}/personal-data")
    assert (archive["Content-Type"], archive.content[:2]) == ("application/zip", b"PK")
    assert office("GET", address).json()["installations"][0]["niu"] == "NIU-0001"
    assert office("POST", f"{address}/erasure").json() == {"whole": False, "until": None}
    assert Customer.objects.get(pk=found["id"]).email == ""
    assert caller(Role.CASHIER)("POST", f"{address}/erasure").status_code == 403


def test_a_device_its_keys_and_its_places(office: Any, business_time: Any) -> None:
    made = office("POST", "devices", DEVICE).json()
    assert office("GET", "devices?state=free").json()["items"] == [made]
    bad = office("POST", "devices", {**DEVICE, "serial": "S-78", "drn": "12345678901"})
    assert (bad.status_code, "dígito de control" in bad.json()["detail"]) == (422, True)
    business_time.instant = business_time.instant.replace(hour=16)
    kept = office("PUT", f"devices/{made['id']}/keying", {"sgc": "201457", "krn": 2}).json()
    assert (kept["krn"], kept["valid_from"]) == (2, "2026-11-24T16:00:00Z")
    place = Installation.objects.get(niu="NIU-0001")
    swap = {"device_id": made["id"], "at": "2026-11-24T10:30:00-05:00"}
    swapped = office("POST", f"installations/{place.pk}/meter", swap)
    assert (swapped.status_code, swapped.json()["device_id"]) == (200, made["id"])
    history = office("GET", f"devices/{made['id']}").json()
    assert history["installations"][0]["valid_from"] == "2026-11-24T15:30:00Z"
    assert [one["krn"] for one in history["keyings"]] == [2, 1]
    for instant in ("2026-11-24T10:30:00", "ayer", "2026-11-24", 0):
        assert office("POST", f"installations/{place.pk}/meter", {**swap, "at": instant}).status_code == 422


def test_a_file_is_checked_then_applied(office: Any, village: Village) -> None:
    row = {column.heading: column.example for column in COLUMNS}
    row |= {"sitio": village.site.name, "drn": drn(77), "serie": "IMP-1"}
    content = ";".join(row) + "\n" + ";".join(map(str, row.values())) + "\n"

    def bring(text: str) -> Any:
        file = SimpleUploadedFile("casas.csv", text.encode())
        return office.client.post("/api/v1/imports", {"file": file}, headers=office.headers)

    checked = bring(content)
    assert checked.status_code == 201, checked.json()
    said = checked.json()
    broken = bring(content.replace("ZNI-E1", "NADA")).json()
    assert (broken["clean"], broken["error_count"] > 0, broken["errors"][0]["row"]) == (False, True, 2)
    assert office("POST", f"imports/{broken['id']}/apply").status_code == 422
    before = Installation.objects.count()
    assert (said["rows"], said["clean"], said["errors"]) == (1, True, [])
    assert office("GET", f"imports/{said['id']}").json() == said
    assert office("POST", f"imports/{said['id']}/apply").json() == {"installations": 1}
    assert Installation.objects.count() == before + 1
    assert office("GET", f"imports/{said['id']}").status_code == 404
    assert office("DELETE", f"imports/{broken['id']}").status_code == 204
    assert bring("").json()["type"] == "urn:amibench:problem:file"


def test_a_tariff_is_looked_at_then_published(office: Any) -> None:
    steps = [
        {"name": "básico", "price_e4": 3_000_000, "upto_wh": 100_000},
        {"name": "resto", "price_e4": 9_000_000},
    ]
    wanted: dict[str, Any] = {"code": "NUEVA", "name": "Nueva", "valid_from": "2026-11-24"}
    wanted |= {"unit_cost_e4": 9_500_000, "steps": steps}
    rows = office("POST", "tariffs/preview", wanted).json()
    assert all(row["pays_c"] + row["subsidy_c"] == row["cost_c"] for row in rows)
    assert office("GET", "tariffs?code=NUEVA").json()["total"] == 0
    made = office("POST", "tariffs", wanted)
    assert (made.status_code, made.json()["version"], made.json()["steps"][1]["upto_wh"]) == (201, 1, None)
    assert office("POST", "tariffs", {**wanted, "valid_from": "2026-11-23"}).status_code == 422
    assert office("POST", "tariffs", {**wanted, "steps": steps[:1]}).status_code == 422
    assert office("POST", "tariffs", {**wanted, "steps": []}).status_code == 422


def test_reference_tariffs_of_a_month(office: Any) -> None:
    month: dict[str, Any] = {"prefix_code": "REF", "valid_from": "2026-11-24", "altitude_m": 1150}
    month |= {"local_cost_e4": 11_009_500, "beyond_e4": 8_553_200}
    month |= {"subsistence_e4": [3_462_100, 4_327_600, 7_270_200]}
    looked = office("POST", "tariffs/zni/preview", month).json()
    assert [one["code"] for one in looked] == ["REF-E1", "REF-E2", "REF-E3"]
    assert looked[0]["rows"][0]["pays_c"] < looked[2]["rows"][0]["pays_c"]
    assert office("GET", "tariffs?code=REF-E1").json()["total"] == 0
    made = office("POST", "tariffs/zni", month)
    assert (made.status_code, len(made.json())) == (201, 3)
    assert made.json()[1]["steps"][0] == {"name": "subsistencia", "price_e4": 4_327_600, "upto_wh": 130_000}
    for bad in ({"subsistence_e4": [1, 2]}, {"subsistence_e4": [0, 1, 1]}, {"valid_from": "2026-11-23"}):
        assert office("POST", "tariffs/zni", month | bad).status_code == 422
    assert office("GET", "tariffs?code=REF-E3").json()["total"] == 1


def test_obligations_and_points_of_sale(office: Any) -> None:
    debt = {
        "niu": "NIU-0001", "kind": "arrears", "name": "Mora", "starts_on": "2026-11-01",
        "opening_c": 5_000_000, "share_ppm": 100_000,
    }  # fmt: skip
    made = office("POST", "obligations", debt)
    assert made.status_code == 201
    status = office("GET", "obligations").json()["items"][0]
    assert (status["charged_c"], status["closing_c"]) == (5_000_000, 5_000_000)
    assert office("POST", f"obligations/{made.json()['id']}/end").json()["ends_on"] == "2026-11-24"
    assert office("POST", "obligations", {**debt, "niu": "X"}).status_code == 422
    shop = office("POST", "merchants", {"name": "Tienda 2", "limit_c": 1_000_000}).json()
    assert (shop["owed_c"], shop["room_c"]) == (0, 1_000_000)
    point = office("POST", "points-of-sale", {"merchant_id": shop["id"], "name": "Caja"}).json()
    assert office("PUT", f"merchants/{shop['id']}/limit", {"limit_c": None}).json()["limit_c"] is None
    assert office("PUT", f"points-of-sale/{point['id']}/active", {"active": False}).json()["active"] is False
    assert point["id"] not in [one["id"] for one in office("GET", "points-of-sale").json()["items"]]
    assert office("PUT", f"merchants/{shop['id']}/active", {"active": False}).json()["active"] is False


def test_a_deposit_once(office: Any, village: Village, new_id: NewId) -> None:
    address, wanted = f"deposits/{new_id()}", {"merchant_id": village.merchant.pk, "amount_c": 700_000}
    first, again = (office("PUT", address, wanted) for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert office("PUT", address, {**wanted, "amount_c": 1}).status_code == 422
    assert office("GET", "deposits").json()["total"] == 1
    merchant = office("GET", "merchants").json()["items"][0]
    assert merchant["owed_c"] == -700_000


def test_a_bill_and_its_payment(
    office: Any, caller: Asks, village: Village, new_id: NewId, business_time: Any
) -> None:
    place = Installation.objects.get(niu="NIU-0001")
    terms = {"document": "1001", "mode": "postpaid", "tariff_code": "ZNI-E1"}
    business_time.instant = business_time.instant.replace(hour=16)
    assert office("POST", f"installations/{place.pk}/agreements", terms).status_code == 201
    bill = {
        "niu": "NIU-0001", "mode": "postpaid", "period_begin": "2026-11-24", "period_end": "2026-11-24",
        "consumption_wh": 50_000,
    }  # fmt: skip
    before = office("PUT", f"bills/{new_id()}", {**bill, "period_begin": "2026-11-01"})
    assert (before.status_code, "desde el 24/11/2026" in before.json()["detail"]) == (422, True)
    unread = office("PUT", f"bills/{new_id()}", {**bill, "consumption_wh": None})
    assert (unread.status_code, "Falta la lectura" in unread.json()["detail"]) == (422, True)
    address = f"bills/{new_id()}"
    first, again = (office("PUT", address, bill).json() for _ in range(2))
    assert first == again
    assert first["total_c"] == first["outstanding_c"] == sum(line["amount_c"] for line in first["lines"])
    assert office("PUT", f"bills/{new_id()}", {**bill, "available_ppm": 1}).status_code == 422
    cashier = caller(Role.CASHIER)
    paid = cashier("PUT", f"{address}/payments/{new_id()}", {"amount_c": 100_000}).json()
    assert paid["outstanding_c"] == first["total_c"] - 100_000
    too_much = cashier("PUT", f"{address}/payments/{new_id()}", {"amount_c": 10**11})
    assert too_much.status_code == 422


def test_one_id_for_two_things_is_refused(
    office: Any, caller: Asks, village: Village, minting: str, new_id: NewId
) -> None:
    used, deposit = new_id(), {"merchant_id": village.merchant.pk, "amount_c": 700_000}
    assert office("PUT", f"deposits/{used}", deposit).status_code == 200
    cashier = caller(Role.CASHIER)
    sale = cashier("PUT", f"sales/{used}", {"number": drn(1), "amount_c": 500_000})
    assert (sale.status_code, sale.json()["detail"]) == (422, "Ese identificador ya se usó para otra cosa.")
    sale_id = new_id()
    assert cashier("PUT", f"sales/{sale_id}", {"number": drn(1), "amount_c": 500_000}).status_code == 201
    assert office("PUT", f"deposits/{sale_id}", deposit).status_code == 422
    shift = {"point_of_sale_id": village.point_of_sale.pk, "opening_cash_c": 0}
    assert office("PUT", f"shifts/{village.shift.pk}", shift).status_code == 422


def test_key_changes_are_planned_and_dropped(office: Any) -> None:
    plan = office("POST", "key-changes", {"number": drn(1), "krn": 2, "ti": 1})
    assert plan.status_code == 201
    assert office("POST", "key-changes", {"number": drn(1), "krn": 2, "ti": 1}).status_code == 422
    address = f"key-changes/{plan.json()['id']}"
    assert office("DELETE", address).json()["ended_at"] is not None
    assert office("DELETE", address).status_code == 422
    assert office("GET", "key-changes").json()["items"] == []


def test_free_energy_is_asked_signed_and_carried_out(
    office: Any, caller: Asks, minting: str, new_id: NewId
) -> None:
    request_id = new_id()
    wanted = {"number": drn(1), "energy_wh": 5_000, "reason": "Compensación"}
    assert office("PUT", f"requests/{request_id}/free-issue", wanted).status_code == 200
    assert office("GET", f"requests/{request_id}").json()["state"] == "waiting"
    decides = caller(Role.ADMINISTRATOR)
    decides("POST", f"approvals/{request_id}/decision", {"granted": True, "note": "sí"})
    said = office("GET", f"requests/{request_id}").json()
    assert (said["state"], said["decision"]["note"]) == ("granted", "sí")
    assert said["to_sign"]["args"]["message_id"] == request_id
    unsigned = office("POST", f"requests/{request_id}/execution", {})
    assert (unsigned.status_code, "firmas" in unsigned.json()["detail"]) == (422, True)


def test_pages_of_a_list(office: Any, village: Village) -> None:
    for number in range(20, 25):
        village.customer(number)
    seen: list[str] = []
    for offset in range(0, 10, 3):
        page = office("GET", f"installations?limit=3&offset={offset}").json()
        assert (page["limit"], page["offset"], len(page["items"]) <= 3) == (3, offset, True)
        seen += [item["niu"] for item in page["items"]]
    assert seen == sorted(set(seen))
    assert len(seen) == page["total"] == Installation.objects.count()
    assert office("GET", "installations?offset=1000000").json()["items"] == []


def test_the_page_of_the_api_takes_nothing_from_elsewhere(caller: Asks) -> None:
    answer = caller(Role.AUDITOR)("GET", "docs")
    text = io.BytesIO(answer.content).read().decode()
    assert "/sales/{sale_id}</code>" in text
    assert "http://" not in text
    assert "https://" not in text
    document = caller(Role.AUDITOR)("GET", "openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["components"]["securitySchemes"]) >= {"session"}
    assert caller(Role.AUDITOR)("POST", "openapi.json").status_code == 405
