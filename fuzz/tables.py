"""Tables: records of real frames and datasets changed by structure, and loaded.

An input is a JSON object: `seed` names a frame or dataset, `metadata` and `attrs` are the file's,
perhaps changed, `arrays` the number from which its arrays are changed; 0 leaves them. What must
hold: each reader gives a result, a DecodeError or a warning.
"""

import io
import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from random import Random
from typing import Any, Final

import numpy as np

import intaglio as ig
from fuzz.records import Array, Json, mutate, mutate_arrays

LIMITS: Final = ig.Limits(2**24, 2**26)


def _columns() -> Any:  # noqa: ANN401 - a DataFrame
    import pandas as pd

    columns = {
        "n": np.arange(3),
        "zoned": pd.date_range("2024", periods=3, tz="Europe/Paris"),
        "masked": pd.array([1, None, 3], "Int16"),
        "words": pd.array(["a", None, "b"], pd.StringDtype("python")),
        "categories": pd.Categorical(["u", None, "v"], ordered=True),
        "period": pd.period_range("2024", periods=3, freq="M"),
        "interval": pd.interval_range(0, 3),
    }
    frame = pd.DataFrame(columns, index=pd.date_range("2024", periods=3, freq="D", name="when"))
    frame.attrs = {"a": (1, np.float32(2)), "b": {"c"}}
    return frame


def _levels() -> Any:  # noqa: ANN401
    import pandas as pd

    index = pd.MultiIndex.from_product([[7, 8], ["a"]], names=["p", ("q", 1)])
    return pd.DataFrame({"a": [1.0, 2.0], 5: [True, False]}, index=index)


def _series() -> Any:  # noqa: ANN401
    import pandas as pd

    return pd.Series(
        pd.Categorical(pd.interval_range(0, 2)), index=pd.RangeIndex(5, 9, 2), name="s"
    )


def _dataset() -> Any:  # noqa: ANN401 - a Dataset
    import xarray as xr

    variables = {
        "t": (("y", "x"), np.arange(6).reshape(2, 3), {"units": "K", "a": np.array([1, 2], "i2")}),
        "text": ("x", np.array(["a", "bc", ""])),
        "raw": ("x", np.array([b"a", b"bc", b""])),
        "objects": ("x", np.array(["a", "b", "c"], object)),
    }
    time = xr.date_range("2001", periods=2, freq="D", use_cftime=True, calendar="noleap")
    dataset = xr.Dataset(variables, {"x": [1, 2, 3], "y": time, "place": "here"}, {"b": b"\xff"})
    dataset["t"].encoding = {"preferred_chunks": {"x": 2}, "dtype": np.dtype("i2"), "f": np.nan}
    return dataset


def _array() -> Any:  # noqa: ANN401
    return _dataset()["t"].rename("x_")


SEEDS: Final[dict[str, dict[str, Callable[[], Any]]]] = {
    "pandas": {made.__name__: made for made in (_columns, _levels, _series)},
    "xarray": {made.__name__: made for made in (_dataset, _array)},
}


@cache
def _seed(name: str) -> tuple[str, str, dict[str, Array]]:
    """Metadata and attributes, as JSON, and the arrays of a frame or dataset of SEEDS."""
    import intaglio.pandas
    import intaglio.xarray  # noqa: F401 - both register accessors

    made = next(kind[name] for kind in SEEDS.values() if name in kind)()
    out = io.BytesIO()
    made.intaglio.save(out)
    with ig.open(io.BytesIO(out.getvalue())) as file:
        attrs = {key: file[key].attrs for key in file}
        return json.dumps(file.metadata), json.dumps(attrs), {key: file[key][...] for key in file}


def seeds(target: str) -> Iterator[bytes]:
    """Inputs with nothing changed."""
    for name in SEEDS[target]:
        metadata, attrs, _ = _seed(name)
        yield _input(name, json.loads(metadata), json.loads(attrs), 0)


def mutant(target: str, number: int) -> bytes:
    """The input of that number; always the same."""
    rng = Random(number)
    return changed(rng.choice([*seeds(target)]), rng)


def changed(data: bytes, rng: Random) -> bytes:
    """An input with its record, its attributes or its arrays changed."""
    given = json.loads(data)
    arrays = rng.randrange(1, 1 << 30) if rng.random() < 0.25 else given["arrays"]
    metadata, attrs = given["metadata"], given["attrs"]
    if rng.random() < 0.3:
        attrs = mutate(attrs, rng)
    elif rng.random() < 0.9:
        metadata = mutate(metadata, rng)
    return _input(given["seed"], metadata, attrs, arrays)


def _input(name: str, metadata: Json, attrs: Json, arrays: int) -> bytes:
    whole = {"seed": name, "arrays": arrays, "metadata": metadata, "attrs": attrs}
    return json.dumps(whole).encode()


def file_of(data: bytes) -> bytes | None:
    """The file that an input stands for; None for an input that stands for none."""
    try:
        given = json.loads(data)
        arrays = dict(_seed(given["seed"])[2])
        if given["arrays"]:
            arrays = mutate_arrays(arrays, Random(given["arrays"]))
        attrs = {name: one for name, one in dict(given["attrs"]).items() if name in arrays}
        return ig.dumps(arrays, metadata=given["metadata"], attrs=attrs, effort="fast")
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, RecursionError):
        return None  # no writer makes such a file


def pandas(data: bytes) -> None:
    """`intaglio.pandas.load` of a frame whose record was changed."""
    import intaglio.pandas

    _read(data, lambda raw: [intaglio.pandas.load(io.BytesIO(raw), limits=LIMITS)])


def xarray(data: bytes) -> None:
    """`intaglio.xarray.load`, and `open_dataset` with dask's chunks, of a changed dataset."""
    import xarray as xr

    import intaglio.xarray

    backend = intaglio.xarray.IntaglioBackend
    _read(data, lambda raw: intaglio.xarray.load(io.BytesIO(raw), limits=LIMITS))
    _read(data, lambda raw: xr.open_dataset(io.BytesIO(raw), engine=backend, chunks={}).compute())


def _read(data: bytes, read: Callable[[bytes], Any]) -> None:
    raw = file_of(data)
    if raw is None:
        return
    with warnings.catch_warnings(), suppress(ig.DecodeError):
        warnings.simplefilter("ignore")
        read(raw)
