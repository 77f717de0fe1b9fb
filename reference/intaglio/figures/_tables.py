"""Tables: an artist's values for pandas and xarray."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from intaglio.errors import DecodeError, Reason
from intaglio.figures._columns import Array, Values

_LOOKS: Final = frozenset({"facecolors", "edgecolors", "linewidths"})
_PATHS: Final = frozenset({"vertices", "starts", "codes"})  # beside x the outline of a marker
_MASKED_COLUMNS_MAX: Final = 1000  # of a matrix with a mask; each is an array of its own
_ELEMENTS_MAX: Final = 2**27  # of all tables, or four times what the arrays have, if that is more
_COLUMN_LABELS: Final = ("column", "channel")


def check_size(elements: int, stored: int) -> None:
    """DecodeError(LIMIT_EXCEEDED) if columns name the same arrays so often that copies are huge."""
    most = max(_ELEMENTS_MAX, 4 * stored)
    if elements > most:
        detail = f"tables of {elements:,} elements, of at most {most:,}; the columns have them all"
        raise DecodeError(Reason.LIMIT_EXCEEDED, detail)


def frames_of(name: str, data: Mapping[str, Array]) -> Iterator[tuple[str, Values]]:
    """The tables of an artist: one of its name, NAME/COLUMN for values that do not fit into it.

    A matrix is a table as itself. Of matrices of one shape each is a column, with a row for each
    element. Points are columns, ragged lists stand one below another, single numbers in `attrs`.
    How each part looks, its colours and the outline of its marker, stays in the artist's columns.
    """
    singles = {key: values[()] for key, values in data.items() if not values.ndim}
    left_out = _LOOKS | _PATHS if "x" in data else _LOOKS
    arrays = {key: data[key] for key in data if key not in singles and key not in left_out}
    if not arrays:
        yield name, _columns({key: data[key].reshape(1) for key in singles})
        return
    groups = _groups(arrays)
    first = max(groups, key=lambda group: (_rank(group), len(group)))
    own = frame_of(first)
    own.attrs = singles
    yield name, own
    for group in groups:
        if group is not first:
            yield from ((f"{name}/{key}", frame_of(part)) for key, part in _apart(group))


def _groups(data: Mapping[str, Array]) -> list[dict[str, Array]]:
    """What makes a table each: a path, matrices of a shape, pieces of a list, columns as long."""
    path = next((key for key in ("vertices", "corners") if key in data), None)
    parts = {} if path is None else {k: data[k] for k in (path, "starts", "codes") if k in data}
    groups: dict[object, dict[str, Array]] = {None: parts} if parts else {}
    for key, values in data.items():
        if key in parts:
            continue
        base, slash, _ = key.partition("/")
        of: object = values.shape if path is None else key
        if slash:
            of = (base, values.dtype) if values.ndim == 1 else (base, values.shape)
        groups.setdefault(of, {})[key] = values
    return list(groups.values())


def _apart(group: Mapping[str, Array]) -> Iterator[tuple[str, Mapping[str, Array]]]:
    """A ragged list as one table, by its own name; of other columns each."""
    base, slash, _ = next(iter(group)).partition("/")
    if slash:
        yield base, group
    else:
        yield from ((key, {key: values}) for key, values in group.items())


def _rank(group: Mapping[str, Array]) -> int:
    """How much a group is the artist's own table: paths, then pictures, matrices, columns."""
    key, values = next(iter(group.items()))
    if key in ("vertices", "corners"):
        return 4
    return values.ndim if values.ndim < 4 else 0


def frame_of(data: Mapping[str, Array]) -> Values:
    """The DataFrame of a group."""
    import pandas as pd

    key, values = next(iter(data.items()))
    if key in ("vertices", "corners") and values.ndim == 2:
        return _frame_of_paths(data, values)
    masked = isinstance(values, np.ma.MaskedArray)
    width = int(np.prod(values.shape[1:]))
    if values.ndim > 1 and (len(data) > 1 or (masked and width > _MASKED_COLUMNS_MAX)):
        axes = ("row", *_COLUMN_LABELS)[: values.ndim] if values.ndim < 4 else None
        index = pd.MultiIndex.from_product(map(range, values.shape), names=axes)
        return _columns({name: one.reshape(-1) for name, one in data.items()}).set_index(index)
    if values.ndim > 1:
        flat = values.reshape(len(values), width)
        frame = _columns({i: flat[:, i] for i in range(width)}) if masked else pd.DataFrame(flat)
        if values.ndim > 2:
            names = _COLUMN_LABELS if values.ndim == 3 else None
            frame.columns = pd.MultiIndex.from_product(map(range, values.shape[1:]), names=names)
        return frame
    if values.ndim == 1 and len({len(one) for one in data.values()}) > 1:
        pieces = {name: pd.Series(_series(one)) for name, one in data.items()}
        return pd.concat(pieces, names=["column", "row"]).to_frame("value")
    return _columns(data)


def _columns(data: Mapping[Any, Array]) -> Values:
    import pandas as pd

    return pd.DataFrame({key: _series(values) for key, values in data.items()})


def _frame_of_paths(data: Mapping[str, Array], points: Array) -> Values:
    """Vertices, with the number of the part that they belong to, or the code that a path has."""
    import pandas as pd

    named = {key: _series(points[:, i]) for i, key in enumerate("xyz"[: points.shape[1]])}
    if "codes" in data:
        named["codes"] = _series(data["codes"])
    if "starts" in data:
        lengths = np.diff([*data["starts"], len(points)])
        named = {"part": np.repeat(np.arange(len(lengths)), lengths), **named}
    return pd.DataFrame(named)


def _series(values: Array) -> Values:
    """A column in which what is masked is missing, and the rest exact."""
    import pandas as pd

    if not isinstance(values, np.ma.MaskedArray):
        return values
    hidden, bare = np.ma.getmaskarray(values), np.array(values.data)
    known = {"i": pd.arrays.IntegerArray, "u": pd.arrays.IntegerArray, "b": pd.arrays.BooleanArray}
    if bare.dtype.kind in known:
        return known[bare.dtype.kind](bare, hidden)
    if bare.dtype.kind == "f" and bare.dtype.itemsize > 2:
        return pd.arrays.FloatingArray(bare, hidden)
    return pd.Series(bare).mask(hidden)


def tree_of(artists: Mapping[str, Mapping[str, Array]]) -> Values:
    """A DataTree: a dataset for each artist, masks as variables of their own."""
    import xarray as xr

    return xr.DataTree.from_dict({name: _dataset(data) for name, data in artists.items()})


def _dataset(data: Mapping[str, Array]) -> Values:
    import xarray as xr

    names: dict[tuple[int, int, int], str] = {}
    taken: dict[str, int] = {}

    def dim(rank: int, axis: int, length: int) -> str:
        base = (
            "point" if rank == 1 else ("row", "column", "channel")[axis] if rank < 4 else f"d{axis}"
        )
        if (rank, axis, length) not in names:
            count = taken[base] = taken.get(base, -1) + 1
            names[rank, axis, length] = f"{base}{count or ''}"
        return names[rank, axis, length]

    variables = {}
    for key, values in data.items():
        dims = [dim(values.ndim, axis, length) for axis, length in enumerate(values.shape)]
        name = key.replace("/", "_")
        variables[name] = (dims, np.ma.getdata(values))
        if isinstance(values, np.ma.MaskedArray):
            variables[f"{name}_mask"] = (dims, np.ma.getmaskarray(values))
    return xr.Dataset(variables)
