"""Result types of `load_figure`: a figure's axes, artists and their values."""

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
    """One artist or one captured call. Its values are items and attributes: `line.x`."""

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
    """One axes: lists of artists by kind (`lines`, `scatters`, `images`, `bars`), and `calls`."""

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
        """The centre title."""
        return self.record["titles"]["center"]["text"]  # type: ignore[no-any-return]

    @property
    def xlabel(self) -> str:
        """The label of the x axis."""
        return self._axis("x", "label")["text"]  # type: ignore[no-any-return]

    @property
    def ylabel(self) -> str:
        """The label of the y axis."""
        return self._axis("y", "label")["text"]  # type: ignore[no-any-return]

    @property
    def xscale(self) -> str:
        """The scale of the x axis: "linear", "log", ..."""
        return self._axis("x", "scale")["name"]  # type: ignore[no-any-return]

    @property
    def yscale(self) -> str:
        """The scale of the y axis."""
        return self._axis("y", "scale")["name"]  # type: ignore[no-any-return]

    @property
    def xlim(self) -> tuple[float, float]:
        """The limits of the x axis."""
        return tuple(self._axis("x", "limits"))

    @property
    def ylim(self) -> tuple[float, float]:
        """The limits of the y axis."""
        return tuple(self._axis("y", "limits"))

    @property
    def units(self) -> dict[str, Json]:
        """For each axis None, or {"kind": "date", "category" or "period", ...}.

        Values on a period axis are pandas ordinals of its "frequency": use
        `pd.PeriodIndex.from_ordinals(line.x, freq="M")` to get periods.
        """
        return {name: axis["unit"] for name, axis in self.record["axis"].items()}

    def _axis(self, name: str, key: str) -> Any:  # noqa: ANN401 - any JSON value
        return self.record["axis"][name][key]

    def __repr__(self) -> str:
        kinds = ", ".join(artist.name.partition("/")[2] for artist in self.artists)
        return f"<{self.name} {self.title!a}: {kinds or 'empty'}>"


@dataclass(frozen=True, eq=False)
class FigureData:
    """The result of `load_figure`.

    Attributes
    ----------
    axes : tuple of AxesData
    artists : tuple of ArtistData
        Artists outside all axes: those of the figure and of its subfigures.
    arrays : mapping of str to ndarray
        All arrays by their names in the file.
    metadata : mapping
        The JSON object that the caller passed to `savefig`.
    record : mapping
        The checked description of the figure (docs/figures.md).
    """

    axes: tuple[AxesData, ...]
    artists: tuple[ArtistData, ...]
    arrays: Mapping[str, Array]
    metadata: Mapping[str, Json]
    record: Mapping[str, Json]

    @property
    def dpi(self) -> float:
        """The dpi at which the figure was saved."""
        return float(self.record["saved"]["dpi"])

    @property
    def size_inches(self) -> tuple[float, float]:
        """Width and height in inches."""
        return tuple(self.record["size"])

    @property
    def texts(self) -> tuple[str, ...]:
        """Texts outside all axes, such as the figure title."""
        return tuple(a["text"] for a in self.record["artists"] if a["kind"] == "text")

    def __getitem__(self, name: str) -> ArtistData:
        """Return the artist or call with that name, such as "axes0/line0" or "figure/line0"."""
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
        """Return the values of all artists and calls as DataFrames.

        Returns
        -------
        dict of str to pandas.DataFrame
            One table for each artist, by its name. Values of another length get a table of their
            own,
            named after their array, such as "axes0/contour-call0/x". Single numbers are in
            `attrs`.

        Raises
        ------
        DecodeError
            The tables would have more than 2**27 elements and more than four times those of the
            file
            (reason `limit-exceeded`).
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
        """Return an xarray.DataTree, one dataset for each artist: tree["axes0/line0"]["y"]."""
        need("xarray", "xarray")
        from intaglio.figures._tables import tree_of

        artists = {artist.name: artist.columns for artist in self._all() if artist.columns}
        with guarded():
            tree: xr.DataTree = tree_of(artists)
        return tree

    def replot(self) -> "Figure":
        """Draw the figure again; warn about artists that cannot be drawn.

        Returns
        -------
        matplotlib.figure.Figure
            `replot().savefig(path, dpi=fd.dpi, **fd.saved_with)` writes the same picture.

        Raises
        ------
        DecodeError
            Drawing would exceed the limits of docs/figures.md (reason `limit-exceeded`), or
            matplotlib
            rejects the record (`metadata-invalid`).
        """
        need("matplotlib", "figures")
        from intaglio.figures._figure import draw_figure

        return draw_figure(self.record, self.arrays)

    @property
    def saved_with(self) -> dict[str, Any]:
        """Keywords with which the figure was saved, without dpi.

        Only keywords of a closed table: bbox_inches ("tight" or a Bbox, which needs matplotlib),
        pad_inches, facecolor, edgecolor, orientation, transparent=False, format="png".
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
    """Read a file that `savefig` wrote: axes, artists and their exact values.

    Parameters
    ----------
    file : path or binary file object
        A file that `savefig` wrote.
    limits : Limits
        What the reader may use.

    Returns
    -------
    FigureData

    Raises
    ------
    DecodeError
        As for `load`; with reason `metadata-invalid` if the figure's record is invalid.
    ContentError
        The file holds arrays but no figure.
    OSError
        The file cannot be opened.

    Notes
    -----
    Names, types and ranges of the record are checked against closed tables; unknown members are
    dropped. matplotlib is not needed. docs/figures.md lists the limits.
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
    """Check a figure's record against the schema; DecodeError names the invalid member."""
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
