"""The model: what `load_figure` gives: a figure's axes, artists and their values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from intaglio._io import Source
from intaglio._records.schema import SchemaError
from intaglio.errors import ContentError, DecodeError, Reason, UnknownNameError, need
from intaglio.figures._columns import Array, ColumnReader, Json
from intaglio.figures._guard import guarded
from intaglio.figures._schema import FIGURE, check_columns
from intaglio.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

MEMBER: Final = "intaglio.figure"
_PLURALS: Final = {
    "lines": ("line", "line3d", "axline"),
    "scatters": ("scatter", "scatter3d"),
    "images": ("image",),
    "meshes": ("mesh",),
    "bars": ("bar",),
    "fills": ("fill",),
    "segments": ("segments", "segments3d"),
    "contours": ("contour",),
    "quivers": ("quiver",),
    "surfaces": ("surface",),
    "patches": ("patch",),
    "collections": ("collection",),
    "texts": ("text",),
    "legends": ("legend",),
}


@dataclass(frozen=True, eq=False)
class ArtistData:
    """One artist, or one recorded call: its values by name, also as attributes: `line.x`."""

    kind: str
    name: str
    label: str | None
    columns: Mapping[str, Array]
    record: Mapping[str, Json]

    def __getattr__(self, key: str) -> Array:
        columns = self.__dict__.get("columns", {})
        if key in columns:
            values: Array = columns[key]
            return values
        message = (
            f"{self.__dict__.get('name')} has {', '.join(columns) or 'no values'}, not {key!r}"
        )
        raise AttributeError(message)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.columns]

    def __repr__(self) -> str:
        values = ", ".join(
            f"{key} {array.dtype}{array.shape}" for key, array in self.columns.items()
        )
        return f"<{self.name}: {values or 'no values'}>"


@dataclass(frozen=True, eq=False)
class AxesData:
    """One axes. Lists by kind: `lines`, `scatters`, `images`, `bars`, ...; `calls`: captured."""

    name: str
    artists: tuple[ArtistData, ...]
    calls: tuple[ArtistData, ...]
    record: Mapping[str, Json]

    def __getattr__(self, key: str) -> tuple[ArtistData, ...]:
        if key not in _PLURALS:
            message = f"axes have {', '.join(_PLURALS)}, artists and calls, not {key!r}"
            raise AttributeError(message)
        return tuple(artist for artist in self.artists if artist.kind in _PLURALS[key])

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_PLURALS]

    @property
    def title(self) -> str:
        """The title in the middle."""
        return self.record["titles"]["center"]["text"]  # type: ignore[no-any-return]

    @property
    def xlabel(self) -> str:
        """The x axis' label."""
        return self._axis("x", "label")["text"]  # type: ignore[no-any-return]

    @property
    def ylabel(self) -> str:
        """The y axis' label."""
        return self._axis("y", "label")["text"]  # type: ignore[no-any-return]

    @property
    def xscale(self) -> str:
        """The x axis' scale: "linear", "log", ..."""
        return self._axis("x", "scale")["name"]  # type: ignore[no-any-return]

    @property
    def yscale(self) -> str:
        """The y axis' scale."""
        return self._axis("y", "scale")["name"]  # type: ignore[no-any-return]

    @property
    def xlim(self) -> tuple[float, float]:
        """The x axis' limits."""
        return tuple(self._axis("x", "limits"))

    @property
    def ylim(self) -> tuple[float, float]:
        """The y axis' limits."""
        return tuple(self._axis("y", "limits"))

    @property
    def units(self) -> dict[str, Json]:
        """Of each axis None, or {"kind": "date", "category" or "period", ...}.

        The values along an axis of periods are pandas' ordinals of its "frequency":
        `pd.PeriodIndex.from_ordinals(line.x, freq="M")` is the periods.
        """
        return {name: axis["unit"] for name, axis in self.record["axis"].items()}

    def _axis(self, name: str, key: str) -> Any:  # noqa: ANN401 - any JSON value
        return self.record["axis"][name][key]

    def __repr__(self) -> str:
        kinds = ", ".join(artist.name.partition("/")[2] for artist in self.artists)
        return f"<{self.name} {self.title!a}: {kinds or 'empty'}>"


@dataclass(frozen=True, eq=False)
class FigureData:
    """A figure read back. arrays: everything by its name in the file; metadata: the caller's.

    artists: those outside all axes, of the figure and of its sub-figures.
    """

    axes: tuple[AxesData, ...]
    artists: tuple[ArtistData, ...]
    arrays: Mapping[str, Array]
    metadata: Mapping[str, Json]
    record: Mapping[str, Json]

    @property
    def dpi(self) -> float:
        """The dpi it was saved with."""
        return float(self.record["saved"]["dpi"])

    @property
    def size_inches(self) -> tuple[float, float]:
        """Width and height."""
        return tuple(self.record["size"])

    @property
    def texts(self) -> tuple[str, ...]:
        """The words outside all axes, such as the title over them."""
        return tuple(a["text"] for a in self.record["artists"] if a["kind"] == "text")

    def __getitem__(self, name: str) -> ArtistData:
        """The artist or call of that name, such as "axes0/line0" or "figure/line0"."""
        known = {artist.name: artist for artist in self._all()}
        if name not in known:
            raise UnknownNameError(name, list(known))
        return known[name]

    def _all(self) -> Iterator[ArtistData]:
        yield from self.artists
        for axes in self.axes:
            yield from axes.artists
            yield from axes.calls

    def to_pandas(self) -> "dict[str, pd.DataFrame]":
        """The tables of each artist and call that has values, by its name.

        Values that do not fit into that table have one of their own, by the name of their array,
        such as "axes0/contour-call0/x". Single numbers are in the table's `attrs`.
        Errors: DecodeError(LIMIT_EXCEEDED) if they would have over 2**27 elements, and over four
        times as many as the file's arrays.
        """
        need("pandas", "pandas")
        from intaglio.figures._tables import check_size, frames_of

        columns = [values for artist in self._all() for values in artist.columns.values()]
        stored = sum(array.size for array in self.arrays.values())
        check_size(sum(values.size for values in columns), stored)
        with guarded():
            return {
                name: frame
                for artist in self._all()
                if artist.columns
                for name, frame in frames_of(artist.name, artist.columns)
            }

    def to_xarray(self) -> "xr.DataTree":
        """A tree of datasets with the names of the file: tree["axes0/line0"]["y"]."""
        need("xarray", "xarray")
        from intaglio.figures._tables import tree_of

        artists = {artist.name: artist.columns for artist in self._all() if artist.columns}
        with guarded():
            tree: xr.DataTree = tree_of(artists)
        return tree

    def replot(self) -> "Figure":
        """A new matplotlib Figure that looks the same; warns of artists it cannot draw.

        `replot().savefig(path, dpi=fd.dpi, **fd.saved_with)` is the same picture again.
        Errors: DecodeError(LIMIT_EXCEEDED) if drawing it would take more than docs/figures.md
        allows; DecodeError(METADATA_INVALID) if matplotlib refuses what the record says.
        """
        need("matplotlib", "figures")
        from intaglio.figures._figure import draw_figure

        return draw_figure(self.record, self.arrays)

    @property
    def saved_with(self) -> dict[str, Any]:
        """The keywords of savefig that it was saved with, without dpi.

        Only those of a closed table: bbox_inches ("tight" or a Bbox, for which matplotlib is
        needed), pad_inches, facecolor, edgecolor, orientation, transparent=False, format="png".
        """
        keywords = dict(self.record["saved"]["keywords"])
        if isinstance(keywords.get("bbox_inches"), list):
            need("matplotlib", "figures")
            from matplotlib.transforms import Bbox

            keywords["bbox_inches"] = Bbox.from_extents(*keywords["bbox_inches"])
        return keywords

    def __repr__(self) -> str:
        return f"<FigureData: {', '.join(map(repr, self.axes)) or 'no axes'}>"


def load_figure(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> FigureData:
    """Read what `savefig` saved: axes, artists, and their exact values.

    The figure's record is checked against closed tables of names, types and ranges;
    docs/figures.md lists the limits. Members that no table names are dropped.

    Errors: as `load`; ContentError if the file holds arrays but no figure;
    DecodeError(METADATA_INVALID) if the record breaks a table.
    """
    from intaglio._inspect.reading import reading

    with reading(file, limits) as opened:
        opened.check_output(opened.names, limits)
        arrays = {name: opened.array(name) for name in opened.names}
        metadata = dict(opened.contents.metadata)
    if MEMBER not in metadata:
        detail = "this file holds no figure, only arrays: read them with load() or load_dict()"
        raise ContentError(detail)
    record = checked_figure(metadata.pop(MEMBER))
    with guarded():
        reader = ColumnReader(arrays)
        axes = tuple(_axes_of(one, reader) for one in record["axes"])
        grounds = (record, *record["subfigures"])
        outside = tuple(_artist_of(one, reader) for part in grounds for one in part["artists"])
    return FigureData(axes, outside, arrays, metadata, record)


def checked_figure(record: Json) -> dict[str, Json]:
    """A figure's record by the tables of its schema; DecodeError names the member at fault."""
    try:
        return FIGURE(record)
    except SchemaError as problem:
        raise DecodeError(
            Reason.METADATA_INVALID, f"the figure's record breaks its schema: {problem}"
        ) from problem
    except RecursionError as problem:
        raise DecodeError(Reason.METADATA_INVALID, "the figure's record is too deep") from problem


def _axes_of(record: Mapping[str, Json], reader: ColumnReader) -> AxesData:
    artists = tuple(_artist_of(artist, reader) for artist in record["artists"])
    calls = tuple(_artist_of(call, reader) for call in record["calls"])
    return AxesData(record["name"], artists, calls, record)


def _artist_of(record: Mapping[str, Any], reader: ColumnReader) -> ArtistData:
    columns = {key: reader.read(key, column) for key, column in record["data"].items()}
    try:
        check_columns(record, columns)
    except SchemaError as problem:
        raise DecodeError(
            Reason.METADATA_INVALID,
            f"the figure's record breaks its schema: {record['name']}.{problem}",
        ) from problem
    kind = record.get("method", record["kind"])
    return ArtistData(kind, record["name"], record.get("label"), columns, record)
