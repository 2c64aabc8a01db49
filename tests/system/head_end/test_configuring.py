"""Plans and rules: who may set them, and what makes no sense is refused."""

from typing import Any

import pytest
from field_store import MIDNIGHT, Field

from system.head_end.errors import UnableToConfigure
from system.head_end.models import Channel, CollectionPlan, FieldRules
from system.head_end.selectors.meter_access import rules_of
from system.head_end.services.configuration import PlanData, create_default_plans, save_plan, save_rules
from system.head_end.services.validation import accept_change


def test_the_first_plans_are_made_once(field: Field) -> None:
    for _ in range(2):
        create_default_plans(field.village.provider.pk)
    assert list(CollectionPlan.objects.values_list("profile", "period_s")) == [
        ("1.0.99.1.0", 900),
        ("1.0.99.2.0", 86_400),
    ]


def test_a_plan_is_made_changed_and_looked_at_at_once(field: Field) -> None:
    user, channel = field.operator("supervisor"), field.channel()
    Channel.objects.update(due_at=MIDNIGHT.replace(year=2027))
    plan = save_plan(user, PlanData("Curva", "1.0.99.1.0.255", 900))
    assert plan.profile == "1.0.99.1.0"
    channel.refresh_from_db()
    assert channel.due_at.year == 2026
    changed = save_plan(user, PlanData("Curva", "1.0.99.1.0", 1800, every_s=3600, enabled=False), plan)
    assert (changed.pk, changed.period_s, changed.enabled) == (plan.pk, 1800, False)


@pytest.mark.parametrize(
    "data",
    [
        PlanData("Curva", "1.0.99.1.0", 7000),
        PlanData("Curva", "1.0.99.1.0", 900, every_s=600),
        PlanData("", "1.0.99.1.0", 900),
        PlanData("Curva", "1.0.99.1.0", 900, at_s=90_000),
    ],
)
def test_a_senseless_plan_is_refused(field: Field, data: PlanData) -> None:
    with pytest.raises(UnableToConfigure):
        save_plan(field.operator("supervisor"), data)
    assert not CollectionPlan.objects.exists()


def test_rules_have_values_before_anybody_sets_them(field: Field) -> None:
    provider_id = field.village.provider.pk
    assert rules_of(provider_id).clock_set_max_s == 900
    save_rules(field.operator("supervisor"), clock_set_max_s=60, confirm_known=False)
    rules = rules_of(provider_id)
    assert (rules.clock_set_max_s, rules.confirm_known, rules.mass_cut_from) == (60, False, 2)


@pytest.mark.parametrize(
    "changes", [{"provider": 7}, {"nothing": 1}, {"clock_doubt_s": -1}, {"token_valid_s": "x"}]
)
def test_a_senseless_rule_is_refused(field: Field, changes: dict[str, Any]) -> None:
    with pytest.raises(UnableToConfigure):
        save_rules(field.operator("supervisor"), **changes)
    assert rules_of(field.village.provider.pk).clock_doubt_s == 900
    assert not FieldRules.objects.exclude(clock_doubt_s=900).exists()


def test_who_may_not_changes_nothing(field: Field) -> None:
    operator, access = field.operator(), field.meter(1)
    with pytest.raises(UnableToConfigure, match="rol"):
        save_rules(operator, clock_doubt_s=1)
    with pytest.raises(UnableToConfigure, match="rol"):
        save_plan(operator, PlanData("Curva", "1.0.99.1.0", 900))
    with pytest.raises(UnableToConfigure, match="rol"):
        accept_change(field.operator("auditor"), access, "register-wrapped")
    for reason, says in (("clock-off", "no se puede"), ("register-wrapped", "No hay lecturas")):
        with pytest.raises(UnableToConfigure, match=says):
            accept_change(operator, access, reason)
