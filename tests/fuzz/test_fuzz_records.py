"""Mutants of records: repeatable, changed by structure, and the tree given is left alone."""

import json
from copy import deepcopy
from random import Random

import numpy as np
from fuzz.records import mutate, mutate_arrays

TREE = {"size": [6.4, 4.8], "axes": [{"name": "axes0", "on": True, "data": {"x": {"array": "x"}}}]}
ARRAYS = {
    "x": np.arange(6.0).reshape(2, 3),
    "y": np.array([], "i2"),
    "z": np.array("2024", "M8[D]"),
}


def test_a_mutant_is_another_tree_of_json_and_the_same_for_the_same_seed():
    before = deepcopy(TREE)
    mutants = [json.dumps(mutate(TREE, Random(seed))) for seed in range(300)]
    assert before == TREE
    assert mutants == [json.dumps(mutate(TREE, Random(seed))) for seed in range(300)]
    assert len(set(mutants)) > 250
    assert sum(text == json.dumps(TREE) for text in mutants) < 10


def test_mutants_of_what_holds_nothing_are_json_too():
    for tree in ({}, [], 5, "x", None):
        for seed in range(50):
            json.dumps(mutate(tree, Random(seed)))


def test_arrays_change_dtype_shape_and_size_and_those_given_stay():
    before = {name: array.copy() for name, array in ARRAYS.items()}
    made = [mutate_arrays(ARRAYS, Random(seed)) for seed in range(400)]
    assert all(array.tobytes() == before[name].tobytes() for name, array in ARRAYS.items())
    forms = {(a.dtype.str, a.shape) for arrays in made for a in arrays.values()}
    assert len({dtype for dtype, _ in forms}) >= 10
    assert len({shape for _, shape in forms}) >= 8
    assert {len(arrays) for arrays in made} == {2, 3}
    assert mutate_arrays({}, Random(0)) == {}
