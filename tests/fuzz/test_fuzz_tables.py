"""Mutants of frames and datasets: each reader gives a result, a DecodeError or a warning."""

from collections import Counter

import pytest

pytest.importorskip("pandas")
pytest.importorskip("xarray")

from fuzz import tables

MUTANTS = 150


@pytest.mark.parametrize("target", ["pandas", "xarray"])
def test_mutants_raise_nothing_but_decode_errors(target):
    read = getattr(tables, target)
    for data in tables.seeds(target):
        read(data)
    made = Counter()
    for number in range(MUTANTS):
        data = tables.mutant(target, number)
        made[tables.file_of(data) is not None] += 1
        read(data)
    assert made[True] > MUTANTS // 2


@pytest.mark.parametrize("target", ["pandas", "xarray"])
def test_a_mutant_is_the_same_for_the_same_number(target):
    assert tables.mutant(target, 7) == tables.mutant(target, 7) != tables.mutant(target, 8)
