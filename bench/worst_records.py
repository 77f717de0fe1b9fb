"""Files whose records of figures, pandas or xarray are made to take long, as large as limits allow.

Each begins as what the library writes of something small; then its record is edited.
"""

import copy
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

import intaglio as ig
import intaglio.pandas
import intaglio.xarray

Json = dict[str, Any]
Arrays = Mapping[str, Any]

HEADER_ROOM: Final = 4 * 2**20 - 20_000  # bytes of metadata
_LONG: Final = 10**6


def _parts(file: bytes) -> tuple[Json, dict[str, Any], Json]:
    """A file's metadata, arrays, and attributes by array."""
    info = ig.info(io.BytesIO(file))
    attrs = {array.name: dict(array.attrs) for array in info.arrays}
    metadata: Json = json.loads(json.dumps(dict(info.metadata)))
    return metadata, ig.loads_dict(file), attrs


# Figures.


def _figure(kind: str, projection: str | None = None, **keywords: Any) -> tuple[Json, Arrays]:
    """The record and arrays of a figure with one artist of that kind beside a line."""
    figure = Figure(figsize=(4, 3), dpi=100)
    axes: Any = figure.subplots(subplot_kw={"projection": projection})
    line = [[0.0, 1, 2]] * (3 if projection == "3d" else 2)
    axes.plot(*line, label="a")
    if kind == "legend":
        axes.legend()
    elif kind == "text":
        axes.annotate("a", (1, 1.5), (0, 2), **keywords)
    elif kind == "patch":
        axes.add_patch(mpl.patches.PathPatch(mpl.path.Path([[0, 0], [1, 1]], [1, 2])))
    elif kind == "bar":
        axes.bar(**keywords)
    elif kind == "scatter":
        axes.scatter(**keywords)
    out = io.BytesIO()
    ig.savefig(out, fig=figure)
    metadata, arrays, _ = _parts(out.getvalue())
    return metadata["intaglio.figure"], arrays


def _file(record: Json, arrays: Arrays) -> bytes:
    return ig.dumps(arrays, metadata={"intaglio.figure": record}, effort="small")


def _artist(record: Json, kind: str) -> Json:
    found: Json = next(one for one in record["axes"][0]["artists"] if one["kind"] == kind)
    return found


def _repeat(record: Json, kind: str, count: int | None = None) -> None:
    """Repeat that artist; as often as the metadata have room for, if no count is given."""
    one, artists = _artist(record, kind), record["axes"][0]["artists"]
    if count is None:
        length = len(json.dumps(record, separators=(",", ":")))
        each = len(json.dumps(one, separators=(",", ":"))) + 6
        count = (HEADER_ROOM - length) // each
    artists += [{**one, "name": f"axes0/{kind}{number}"} for number in range(1000, 1000 + count)]


def artists(kind: str, count: int | None = None, text: str | None = None, **keywords: Any) -> bytes:
    """A figure of many artists; "#" in their text is a number, since matplotlib keeps layouts."""
    record, arrays = _figure(kind, **keywords)
    if text is not None:
        _artist(record, kind)["text"] = text
    _repeat(record, kind, count)
    for number, one in enumerate(record["axes"][0]["artists"]):
        if text is not None and one["kind"] == kind:
            one["text"] = text.replace("#", f"{number:03}")
    return _file(record, arrays)


def paths_of_one_array() -> bytes:
    """Patches that all name the same path of a million vertices."""
    record, arrays = _figure("patch")
    data = _artist(record, "patch")["data"]
    codes = np.full(_LONG, 2, np.uint8)
    codes[0] = 1
    _repeat(record, "patch", 3000)
    long = {data["vertices"]["array"]: np.zeros((_LONG, 2), np.int8), data["codes"]["array"]: codes}
    return _file(record, {**arrays, **long})


def lines_of_one_array(count: int) -> bytes:
    """Lines that all name the same million points."""
    record, arrays = _figure("line")
    _repeat(record, "line", count - 1)
    names = {column["array"] for column in _artist(record, "line")["data"].values()}
    wave = (np.arange(_LONG) % 100).astype(np.int8)
    return _file(record, {**arrays, **dict.fromkeys(names, wave)})


def legend(count: int) -> bytes:
    """A legend of many entries."""
    record, arrays = _figure("legend")
    _artist(record, "legend").update(labels=["a"] * count, handles=[None] * count)
    return _file(record, arrays)


def axes(count: int, projection: str | None = None) -> bytes:
    """Many empty axes in one place."""
    record, arrays = _figure("line", projection)
    first = {**copy.deepcopy(record["axes"][0]), "artists": [], "groups": []}
    record["axes"] += [{**first, "name": f"axes{number}"} for number in range(1, count)]
    return _file(record, arrays)


def ticks(count: int) -> bytes:
    """Many ticks on one axis; the other axis keeps a dozen."""
    record, arrays = _figure("line")
    places = [2 * number / count for number in range(count)]
    record["axes"][0]["axis"]["x"]["major"].update(places=places, labels=["a"] * count)
    return _file(record, arrays)


# Tables.


def _filling(value: Any) -> list[Any]:
    """A list of that value that fills the metadata."""
    return [value] * (HEADER_ROOM // (1 + len(json.dumps(value, separators=(",", ":")))))


def _saved(thing: Any) -> bytes:
    out = io.BytesIO()
    thing.intaglio.save(out, effort="small")
    return out.getvalue()


def frame_of_columns(count: int) -> bytes:
    """A frame whose columns have another dtype each time, so that each is a block of its own."""
    names = [f"{number:x}" for number in range(count)]
    columns = {name: np.zeros(1, ("i1", "u1")[i % 2]) for i, name in enumerate(names)}
    return _saved(pd.DataFrame(columns))


def frame_attributes(value: Any) -> bytes:
    """A frame with a long list among its attributes."""
    metadata, arrays, attrs = _parts(_saved(pd.DataFrame({"a": [1]})))
    metadata["intaglio.pandas"]["attrs"] = {"a": _filling(value)}
    return ig.dumps(arrays, metadata=metadata, attrs=attrs)


def dataset_attributes(value: Any) -> bytes:
    """A dataset with a long list among its attributes."""
    metadata, arrays, attrs = _parts(_saved(xr.Dataset({"a": ("x", [1])})))
    return ig.dumps(arrays, metadata={**metadata, "title": _filling(value)}, attrs=attrs)


def dataset_of_variables(count: int) -> bytes:
    """A dataset of many variables, each with a dimension of its own."""
    return _saved(xr.Dataset({f"v{n:x}": ((f"d{n:x}",), [1]) for n in range(count)}))


_NOT_A_NUMBER: Final = {"@float": "nan"}
_EMPTY: Final = {"@dtype": "i8", "@shape": [0], "@hex": ""}
_ARROW: Final = {"arrowprops": {"arrowstyle": "fancy"}}
_BOX: Final = {"bbox": {"boxstyle": "round"}}

RECORDS: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "figure: 4 MiB of lines": ("load_figure", lambda: artists("line")),
    "figure: 4 MiB of annotations": ("load_figure", lambda: artists("text", **_ARROW)),
    "figure: 3,000 paths of one array": ("load_figure", paths_of_one_array),
    "figure: 3,000 lines of one array": ("replot", lambda: lines_of_one_array(3000)),
    "figure: 33 lines of one array": ("replot", lambda: lines_of_one_array(33)),
    "figure: 4 MiB of lines, drawn": ("replot", lambda: artists("line")),
    "figure: 256 axes": ("replot", lambda: axes(256)),
    "figure: 128 polar axes": ("replot", lambda: axes(128, "polar")),
    "figure: 128 axes in 3-D": ("replot", lambda: axes(128, "3d")),
    "figure: 1,990 entries of a legend": ("replot", lambda: legend(1990)),
    "figure: 4,900 ticks": ("replot", lambda: ticks(4900)),
    "figure: 1,150 arrows": ("replot", lambda: artists("text", 1150, **_ARROW)),
    "figure: 4 MiB of texts in boxes": ("replot", lambda: artists("text", **_BOX)),
    "figure: 14,900 characters of mathematics": (
        "replot",
        lambda: artists("text", 495, text=r"$\sqrt{\frac{a_1}{b}}^{c#}$"),
    ),
    "figure: 19,000 lines of text": ("replot", lambda: artists("text", 9, text="#b\n" * 1900)),
    "figure: 98,000 characters": ("replot", lambda: artists("text", 48, text="#b" * 500)),
    "figure: 19,900 bars": (
        "replot",
        lambda: artists("bar", 0, x=np.arange(19_900), height=np.arange(19_900)),
    ),
    "figure: 1,000,000 points": (
        "replot",
        lambda: artists("scatter", 0, x=np.arange(_LONG) % 1000, y=np.arange(_LONG) % 999),
    ),
    "pandas: 10,000 columns": ("pandas.load", lambda: frame_of_columns(10_000)),
    "pandas: 4 MiB of typed numbers": (
        "pandas.load",
        lambda: frame_attributes(_NOT_A_NUMBER),
    ),
    "pandas: 4 MiB of empty arrays": (
        "pandas.load",
        lambda: frame_attributes(_EMPTY),
    ),
    "pandas: 400,000 words": (
        "pandas.load",
        lambda: _saved(pd.DataFrame({"a": [f"{n}" for n in range(400_000)]})),
    ),
    "xarray: 2,000 variables and dimensions": ("xarray.load", lambda: dataset_of_variables(2000)),
    "xarray: 4 MiB of typed numbers": (
        "xarray.load",
        lambda: dataset_attributes(_NOT_A_NUMBER),
    ),
    "xarray: 4 MiB of empty arrays": (
        "xarray.load",
        lambda: dataset_attributes(_EMPTY),
    ),
}
