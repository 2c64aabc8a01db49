"""R4.1-07: groups by type, zone and tariff category fill themselves, and remember who belonged when."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from vending_world import NOW, Village, make_village

from system.accounts.models import User
from system.registry.errors import UnableToRegister
from system.registry.models import Agreement, GroupAxis, GroupMembership, GroupRule, Installation
from system.registry.services.groups import create_group, refresh, set_rule


@pytest.fixture
def homes(village: Village) -> list[Any]:
    return [village.customer(1), village.customer(2, tariff="ZNI-E2", estrato=2), village.customer(3)]


@pytest.fixture
def group(operator: User) -> Any:
    return create_group(operator, axis=GroupAxis.TARIFF_CATEGORY, name="los de la regla")


def members(group: Any) -> set[str]:
    rows = GroupMembership.objects.filter(group=group, valid_to__isnull=True)
    return set(rows.values_list("installation__niu", flat=True))


@pytest.mark.requirement("R4.1-07")
@pytest.mark.parametrize(
    ("by", "value", "fitting"),
    [
        (GroupRule.SITE_KIND, "micro", {1, 2, 3}),
        (GroupRule.SITE_KIND, "nano", set()),
        (GroupRule.SECTOR, "residential", {1, 2, 3}),
        (GroupRule.COMMUNITY, "San Juan", {1, 2, 3}),
        (GroupRule.SITE, "Microrred San Juan", {1, 2, 3}),
        (GroupRule.STRATUM, "2", {2}),
        (GroupRule.STRATUM, "dos", set()),
        (GroupRule.TARIFF, "ZNI-E1", {1, 3}),
        (GroupRule.MODE, "prepaid", {1, 2, 3}),
    ],
)
def test_who_fits_joins(
    operator: User, homes: list[Any], group: Any, by: str, value: str, fitting: set[int]
) -> None:
    assert set_rule(operator, group, by=by, value=value) == (len(fitting), 0)
    assert members(group) == {f"NIU-{number:04d}" for number in fitting}


def test_who_fits_no_more_leaves_and_is_remembered(
    operator: User, homes: list[Any], group: Any, business_time: Any
) -> None:
    set_rule(operator, group, by=GroupRule.TARIFF, value="ZNI-E1")
    assert refresh(operator, group) == (0, 0)
    business_time.instant = NOW + timedelta(hours=1)
    Agreement.objects.filter(installation=homes[0]).update(tariff_code="ZNI-E2")
    Agreement.objects.filter(installation=homes[1]).update(tariff_code="ZNI-E1")
    assert refresh(operator, group) == (1, 1)
    assert members(group) == {"NIU-0002", "NIU-0003"}
    past = GroupMembership.objects.get(group=group, installation=homes[0])
    assert (past.valid_from, past.valid_to) == (NOW, NOW + timedelta(hours=1))


def test_by_hand_again(operator: User, homes: list[Any], group: Any) -> None:
    set_rule(operator, group, by=GroupRule.STRATUM, value="2")
    assert set_rule(operator, group, by="", value="") == (0, 0)
    assert members(group) == {"NIU-0002"}
    group.refresh_from_db()
    assert (group.rule_by, group.rule_value) == ("", "")


def test_rules_that_make_no_sense(operator: User, village: Village, group: Any) -> None:
    for by, value in (("colour", "red"), (GroupRule.SITE, " ")):
        with pytest.raises(UnableToRegister):
            set_rule(operator, group, by=by, value=value)
    stranger = make_village("Otra empresa").supervisor
    for verb in (refresh, lambda user, row: set_rule(user, row, by="site", value="x")):
        with pytest.raises(UnableToRegister, match="no existe"):
            verb(stranger, group)


def test_by_the_page(office: Client, homes: list[Any], group: Any) -> None:
    page = office.post(f"/grupos/{group.pk}/regla/", {"by": "stratum", "value": "1"}, follow=True)
    assert "entraron 2" in page.content.decode()
    assert "Se llena por su regla" in page.content.decode()
    assert "Agregar instalaciones" not in page.content.decode()
    wrong = office.post(f"/grupos/{group.pk}/regla/", {"by": "colour", "value": "1"}, follow=True)
    assert "de la lista" in wrong.content.decode()
    assert len(members(group)) == 2


def test_codes_are_typed_and_shown_in_spanish(office: Client, homes: list[Any], group: Any) -> None:
    address = f"/grupos/{group.pk}/regla/"
    for by, typed, code in (("sector", "residencial", "residential"), ("mode", "Prepago", "prepaid")):
        page = office.post(address, {"by": by, "value": typed}, follow=True).content.decode()
        group.refresh_from_db()
        assert (group.rule_value, len(members(group))) == (code, 3)
        assert code not in page
    assert "Modalidad = «Prepago»" in page


def test_a_sector_is_shown_in_spanish(office: Client, homes: list[Any]) -> None:
    Installation.objects.filter(pk=homes[0].pk).update(sector="commercial", estrato=None)
    page = office.get(f"/instalaciones/{homes[0].pk}/").content.decode()
    assert "<p>Comercial</p>" in page
