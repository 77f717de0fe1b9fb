"""What all kinds of artists share: a record in JSON, a page to write it on, one to draw on.

A kind has a writer (artist -> record) and a drawer (record -> artist), side by side.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from intaglio.figures._columns import Array, Json, Mpl, Store, Values, column_masked
from intaglio.figures._style import plain, read_transform, write_transform

COMMON: Final = ("zorder", "alpha", "visible", "clip_on", "snap", "rasterized")


@dataclass(slots=True)
class Writing:
    """The axes (or, with axes None, the figure) whose artists are written down."""

    store: Store
    place: str  # such as "axes0"
    axes: Mpl
    counts: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)  # id of an artist -> its name

    def name(self, kind: str) -> str:
        """The next name of that kind: "axes0/line0"."""
        count = self.counts.get(kind, 0)
        self.counts[kind] = count + 1
        return f"{self.place}/{kind}{count}"

    def record(self, kind: str, artist: Mpl, **data: Values) -> dict[str, Json]:
        """What every record has, with the columns of `data`."""
        name = self.name(kind)
        self.names[id(artist)] = name
        columns = {
            key: self.store.column(f"{name}/{key}", values)
            for key, values in data.items()
            if values is not None
        }
        label = artist.get_label()
        return {
            "kind": kind,
            "name": name,
            "class": type(artist).__name__,
            "label": None if str(label).startswith("_") else str(label),
            "transform": write_transform(artist, self.axes),
            "common": write_common(artist),
            "data": columns,
        }


def write_common(artist: Mpl) -> dict[str, Json]:
    """The properties of every artist that are not the usual ones."""
    found = {
        "zorder": artist.get_zorder(),
        "alpha": artist.get_alpha(),
        "visible": artist.get_visible(),
        "clip_on": artist.get_clip_on(),
        "snap": artist.get_snap(),
    }
    usual = {"alpha": None, "visible": True, "clip_on": True, "snap": None}
    return {
        key: plain(value)
        for key, value in found.items()
        if key == "zorder" or not (np.ndim(value) == 0 and value == usual[key])
    }


class Drawing(NamedTuple):
    """Where records are drawn."""

    arrays: Mapping[str, Array]
    axes: Mpl
    figure: Mpl
    drawn: dict[str, Mpl]  # name -> artist

    def column(self, record: Json, key: str) -> Mpl:
        """A column's values as matplotlib held them, None if the record has none of that name."""
        column = record["data"].get(key)
        return None if column is None else column_masked(column, self.arrays)

    def transform(self, record: Json) -> Mpl:
        """The transform of a record."""
        return read_transform(record["transform"], self.axes, self.figure)

    def finish(self, artist: Mpl, record: Json, *, alpha: bool = True) -> Mpl:
        """Give an artist what every record has."""
        common = record["common"]
        for key in ("zorder", "visible", "clip_on", "snap"):
            if key in common:
                getattr(artist, f"set_{key}")(common[key])
        if alpha and "alpha" in common:
            value = common["alpha"]
            artist.set_alpha(np.array(value) if isinstance(value, list) else value)
        if record.get("label"):
            artist.set_label(record["label"])
        clipped = record["kind"] not in ("text", "legend") and self.axes is not None
        if clipped and artist.get_clip_path() is None:
            artist.set_clip_path(self.axes.patch)
        self.drawn[record["name"]] = artist
        return artist


Writer = Callable[[Writing, Mpl], dict[str, Json]]
Drawer = Callable[[Drawing, Json], Mpl]
