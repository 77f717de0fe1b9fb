"""Mutants of records: JSON trees, and arrays they name, changed by structure and not by bytes.

    mutate({"size": [6.4, 4.8]}, Random(1))    # the same tree, with one to four changes

A change swaps a type, puts in a huge number, a string of another member or one that has a meaning
elsewhere (names of attributes, paths, format strings), deletes, renames, doubles or nests.
Whoever fuzzes a reader of records puts the mutant into a file and reads that.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from random import Random
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Json: TypeAlias = Any
Array: TypeAlias = npt.NDArray[Any]

CHANGES_MAX: Final = 4
WHOLE_BITS_MAX: Final = 1000  # of an integer that a float may be multiplied with
NUMBERS: Final = (
    *(0, -1, 1, 2, 7, 255, 256, 65_536, 2**31, 2**53 + 1, 2**63, 2**64, 2**70, -(2**63), 10**400),
    *(1e-320, 1e-300, 1e-9, 1e-3, 0.5, -0.5, 1e4, 1e6, 1e8, 1e12, 1e15, 1e100, 1e300, 1.7e308),
    *(-1e8, -1e300, -0.0),
)
TEXTS: Final = (
    *("", " ", "x", "\x00", "\n", "\ud7ff", "é" * 40, "a" * 300, "a" * 100_000, "\n" * 5000),
    *("__class__", "__dict__", "__reduce__", "__array__", "savefig", "clear", "remove", "figure"),
    *("axes", "data", "none", "None", "nan", "inf", "-inf", "auto", "mapped", "unknown"),
    *("/etc/passwd", "../x", "a/b", "C:\\x", "module://this", "file:///etc/passwd", "~/.x"),
    *("javascript:alert(1)", "{0.__class__}", "%s%n", "%" * 50, "=cmd|' /c calc'!A1"),
    *("$x$", "$\\frac{1}{2}$", "$" + "{" * 200 + "x" + "}" * 200 + "$", "$\\input{/etc/passwd}$"),
    *("$" + "\\frac{1}{" * 40 + "x" + "}" * 40 + "$", "$" + "x^{" * 30 + "y" + "}" * 30 + "$"),
    *("O", "object", "U500000000", "M8[ns]", "interval[int64]", "category", "float128", "V8"),
    *("log", "symlog", "3d", "polar", "rectilinear", "sawtooth", "simple,tail_width=1e9", "////"),
)
CONSTANTS: Final = (None, True, False, [], {}, [[]], {"float": "nan"}, {"float": "inf"}, {"@": 1})
DTYPES: Final = ("?", "i1", "u1", "i8", "u8", "f2", "f4", "f8", "c16", "M8[ns]", "M8[D]", "m8[s]")


def mutate(tree: Json, rng: Random) -> Json:
    """A copy of `tree` with one to four changes; the same for the same state of `rng`."""
    changed = deepcopy(tree)
    for _ in range(rng.choice((1, 1, 1, 2, CHANGES_MAX))):
        places = list(_places(changed))
        if not places:
            return _value(rng, changed, changed)
        holder, key = rng.choice(places)
        _change(rng, changed, holder, key)
    return changed


def _places(tree: Json) -> Iterator[tuple[Json, Json]]:
    """Each member or item of the tree, as what holds it and its key."""
    ahead = [tree] if isinstance(tree, dict | list) else []
    while ahead:
        holder = ahead.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            yield holder, key
            if isinstance(holder[key], dict | list):
                ahead.append(holder[key])


def _change(rng: Random, tree: Json, holder: Json, key: Json) -> None:
    kind = rng.randrange(10)
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[rng.choice((*TEXTS[:40], *list(holder)))] = holder.pop(key)
    elif kind == 1:
        holder.insert(key, deepcopy(holder[key]))
    elif kind == 2 and isinstance(holder, list):
        holder[key:key] = [deepcopy(holder[key])] * rng.choice((1, 2, 30, 2000))
    else:
        holder[key] = _value(rng, holder[key], tree)


def _value(rng: Random, old: Json, tree: Json) -> Json:
    """Another value in the place of `old`."""
    kind = rng.randrange(8)
    if kind == 0:
        return deepcopy(rng.choice(CONSTANTS))
    if kind == 1 or (kind <= 3 and isinstance(old, str)):
        return rng.choice(TEXTS)
    if kind == 4:
        return _elsewhere(rng, tree)
    if kind == 5:
        return rng.choice(([deepcopy(old)], {"value": deepcopy(old)}, _deep(rng.choice((5, 40)))))
    if isinstance(old, int | float) and not isinstance(old, bool) and kind == 6:
        whole = isinstance(old, int) and old.bit_length() > WHOLE_BITS_MAX
        return old * rng.choice((-1, 2, 1000) if whole else (-1, 0.5, 2, 1000)) + rng.choice((0, 1))
    return rng.choice(NUMBERS)


def _elsewhere(rng: Random, tree: Json) -> Json:
    holder, key = rng.choice(list(_places(tree)) or [([None], 0)])
    return deepcopy(holder[key])


def _deep(levels: int) -> Json:
    deep: Json = 1
    for _ in range(levels):
        deep = [deep]
    return deep


def mutate_arrays(arrays: Mapping[str, Array], rng: Random) -> dict[str, Array]:
    """`arrays` with one of another dtype, shape, size or value, gone, or swapped for another."""
    changed = dict(arrays)
    if not changed:
        return changed
    name = rng.choice(list(changed))
    kind = rng.randrange(6)
    if kind == 0:
        del changed[name]
    elif kind == 1:
        changed[name] = changed[rng.choice(list(changed))]
    else:
        changed[name] = _array(rng, changed[name], kind)
    return changed


def _array(rng: Random, old: Array, kind: int) -> Array:
    if kind == 2:
        bits = np.ascontiguousarray(old).reshape(-1).view(np.uint8)
        dtype = np.dtype(rng.choice(DTYPES))
        return (bits[: bits.size // dtype.itemsize * dtype.itemsize] & 1).view(dtype)
    if kind == 3:
        shapes = ((0,), (), (1,), (1, old.size), (old.size, 1), (old.size, 1, 1), (3, 0))
        shape = rng.choice(shapes)
        return np.resize(old, shape) if old.size else np.zeros(shape, old.dtype)
    if kind == 4:
        return np.resize(old, rng.choice((1, 2, 3, 1000, 100_000)))
    changed = np.array(old)
    flat = changed.reshape(-1)
    if flat.size:
        number = rng.choice((0, -1, 1, 2**31 - 1, -(2**31), 1e300, -1e300, 1e-300, np.nan, np.inf))
        with np.errstate(all="ignore"):
            some = slice(rng.randrange(flat.size), None, rng.choice((1, 7, flat.size)))
            flat[some] = np.asarray(number).astype(flat.dtype)
    return changed
