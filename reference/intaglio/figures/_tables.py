"""Tables: an artist's values for pandas and xarray."""

from collections.abc import Mapping

import numpy as np

from intaglio.figures._store import Array, Values


def frame_of(data: Mapping[str, Array]) -> Values:
    """A DataFrame: a matrix as itself, points as columns, ragged lists one below another.

    Of a matrix of colours, each column and channel is a column. Columns of another length than
    the first stay in the artist's `columns`.
    """
    import pandas as pd

    colours = next((values for values in data.values() if values.ndim == 3), None)
    if colours is not None:
        rows, columns, channels = colours.shape
        labels = pd.MultiIndex.from_product(
            (range(columns), range(channels)), names=["column", "channel"]
        )
        return pd.DataFrame(np.ma.getdata(colours).reshape(rows, -1), columns=labels)
    matrix = next((values for values in data.values() if values.ndim == 2), None)
    if matrix is not None and "vertices" not in data:
        return pd.DataFrame({i: _series(matrix[:, i]) for i in range(matrix.shape[1])})
    flat = {key: values for key, values in data.items() if values.ndim == 1}
    if "vertices" in data and "x" not in data:
        named = dict(zip("xyz", np.asarray(data["vertices"]).T, strict=False))
        if "starts" not in data:  # of a patch: one path, with a code for each vertex
            return pd.DataFrame({**named, **{k: v for k, v in flat.items() if k == "codes"}})
        parts = np.repeat(np.arange(len(flat["starts"])), _lengths(data))
        return pd.DataFrame({"part": parts, **named})
    if len({len(values) for values in flat.values()}) > 1 and all("/" in key for key in flat):
        pieces = {key: pd.Series(_series(values)) for key, values in flat.items()}
        return pd.concat(pieces, names=["column", "row"]).to_frame("value")
    if not flat:  # of a call with single numbers only
        flat = {key: values.reshape(1) for key, values in data.items() if values.ndim == 0}
    count = next((len(values) for values in flat.values()), 0)
    kept = {key: _series(values) for key, values in flat.items() if len(values) == count}
    return pd.DataFrame(kept)


def _lengths(data: Mapping[str, Array]) -> Array:
    return np.diff([*data["starts"], len(data["vertices"])])


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
