"""Values lie in the database once, whatever is repeated."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from system.head_end.models import ReadingValue
from system.head_end.value_storage import values as storing
from system.head_end.value_storage.values import Value, ValueFate, neighbours, store_values


def there() -> dict[tuple[int, int], int]:
    return {(row.series_id, row.ends_at_s): row.value for row in ReadingValue.objects.all()}


def test_what_is_new_is_written(db: Any) -> None:
    wanted: list[Value] = [(1, 900, 5, 0), (1, 1800, 6, 0), (2, 900, 2**62, 7)]
    assert store_values(wanted).all_new
    assert there() == {(1, 900): 5, (1, 1800): 6, (2, 900): 2**62}
    assert ReadingValue.objects.get(series_id=2).quality == 7


def test_what_is_known_is_told_apart_from_what_contradicts(db: Any) -> None:
    store_values([(1, 900, 5, 0), (1, 1800, 6, 0)])
    again: list[Value] = [(1, 900, 5, 0), (1, 1800, 7, 0), (1, 2700, 8, 0)]
    stored = store_values(again)
    assert [stored.fate(value) for value in again] == [ValueFate.KNOWN, ValueFate.CONTRADICTED, ValueFate.NEW]
    assert there() == {(1, 900): 5, (1, 1800): 6, (1, 2700): 8}


def test_of_two_for_one_key_the_first_counts(db: Any) -> None:
    both: list[Value] = [(1, 900, 5, 0), (1, 900, 6, 0)]
    stored = store_values(both)
    assert [stored.fate(value) for value in both] == [ValueFate.NEW, ValueFate.CONTRADICTED]
    assert there() == {(1, 900): 5}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(1, 2), st.integers(1, 6), st.integers(0, 2), st.just(0)), max_size=8),
        max_size=4,
    )
)
@pytest.mark.parametrize("way", ["of the database", "of others"])
def test_the_first_number_of_a_key_stays(
    db: Any, monkeypatch: pytest.MonkeyPatch, way: str, batches: list[list[Value]]
) -> None:
    if way == "of others":
        monkeypatch.setattr(storing, "_DIALECTS", {})
    expected: dict[tuple[int, int], int] = {}
    with transaction.atomic():
        for batch in batches:
            stored = store_values(batch)
            for value in batch:
                known = expected.setdefault(value[:2], value[2])
                assert (stored.fate(value) is ValueFate.CONTRADICTED) == (known != value[2])
        assert there() == expected
        transaction.set_rollback(True)


def test_neighbours_are_the_values_beside_a_span(db: Any) -> None:
    store_values([(1, 900, 5, 0), (1, 1800, 6, 0), (1, 3600, 9, 0), (2, 900, 1, 0)])
    assert neighbours([(1, 1800, 2700), (2, 900, 900)]) == {1: (5, 9), 2: (None, None)}


@pytest.mark.parametrize("statement", ["UPDATE {} SET value = 1", "DELETE FROM {}"])
def test_a_value_is_never_changed(db: Any, statement: str) -> None:
    store_values([(1, 900, 5, 0)])
    sql = statement.format("head_end_reading_value")
    with pytest.raises(DatabaseError, match="facts"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert there() == {(1, 900): 5}
