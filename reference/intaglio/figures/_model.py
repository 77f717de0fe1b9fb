"""The model: what `load_figure` gives: a figure's axes, artists and their values."""

from collections.abc import Iterator, Mapping
from contextlib import ContextDecorator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from intaglio._errors import DecodeError, Reason
from intaglio._extras import need
from intaglio._files import Source
from intaglio._lazy import UnknownNameError
from intaglio._limits import DEFAULT_LIMITS, Limits
from intaglio.figures._store import Array, Json, read_column

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

MEMBER: Final = "intaglio.figure"
SCHEMA_VERSION: Final = 1
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


class _reading(ContextDecorator):  # noqa: N801 - a context manager, read as a verb
    """What breaks while a record is read is the file's fault, and a DecodeError."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, DecodeError):
            return
        if isinstance(problem, KeyError | TypeError | ValueError | IndexError | AttributeError):
            raise DecodeError(
                Reason.METADATA_INVALID, f"the figure's record is not of this schema: {problem!r}"
            ) from problem


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
    @_reading()
    def title(self) -> str:
        """The title in the middle."""
        return str(self.record["titles"]["center"]["text"])

    @property
    @_reading()
    def xlabel(self) -> str:
        """The x axis' label."""
        return self._axis("x", "label")["text"]  # type: ignore[no-any-return]

    @property
    @_reading()
    def ylabel(self) -> str:
        """The y axis' label."""
        return self._axis("y", "label")["text"]  # type: ignore[no-any-return]

    @property
    @_reading()
    def xscale(self) -> str:
        """The x axis' scale: "linear", "log", ..."""
        return self._axis("x", "scale")["name"]  # type: ignore[no-any-return]

    @property
    @_reading()
    def yscale(self) -> str:
        """The y axis' scale."""
        return self._axis("y", "scale")["name"]  # type: ignore[no-any-return]

    @property
    @_reading()
    def xlim(self) -> tuple[float, float]:
        """The x axis' limits."""
        return tuple(self._axis("x", "limits"))

    @property
    @_reading()
    def ylim(self) -> tuple[float, float]:
        """The y axis' limits."""
        return tuple(self._axis("y", "limits"))

    @property
    @_reading()
    def units(self) -> dict[str, Json]:
        """Of each axis None, or {"kind": "date" or "category", ...}."""
        return {name: axis["unit"] for name, axis in self.record["axis"].items()}

    def _axis(self, name: str, key: str) -> Any:  # noqa: ANN401 - any JSON value
        return self.record["axis"][name][key]

    def __repr__(self) -> str:
        kinds = ", ".join(artist.name.partition("/")[2] for artist in self.artists)
        return f"<{self.name} {self.title!a}: {kinds or 'empty'}>"


@dataclass(frozen=True, eq=False)
class FigureData:
    """A figure read back. arrays: everything by its name in the file; metadata: the caller's."""

    axes: tuple[AxesData, ...]
    arrays: Mapping[str, Array]
    metadata: Mapping[str, Json]
    record: Mapping[str, Json]

    @property
    @_reading()
    def dpi(self) -> float:
        """The dpi it was saved with."""
        return float(self.record["saved"]["dpi"])

    @property
    @_reading()
    def size_inches(self) -> tuple[float, float]:
        """Width and height."""
        return tuple(self.record["size"])

    @property
    @_reading()
    def texts(self) -> tuple[str, ...]:
        """The words outside all axes, such as the title over them."""
        return tuple(a["text"] for a in self.record["artists"] if a["kind"] == "text")

    def __getitem__(self, name: str) -> ArtistData:
        """The artist or call of that name, such as "axes0/line0"."""
        known = {artist.name: artist for artist in self._all()}
        if name not in known:
            raise UnknownNameError(name, list(known))
        return known[name]

    def _all(self) -> Iterator[ArtistData]:
        for axes in self.axes:
            yield from axes.artists
            yield from axes.calls

    def to_pandas(self) -> "dict[str, pd.DataFrame]":
        """A table for each artist and call that has values, by its name."""
        need("pandas", "pandas")
        from intaglio.figures._tables import frame_of

        return {artist.name: frame_of(artist.columns) for artist in self._all() if artist.columns}

    def to_xarray(self) -> "xr.DataTree":
        """A tree of datasets with the names of the file: tree["axes0/line0"]["y"]."""
        need("xarray", "xarray")
        from intaglio.figures._tables import tree_of

        artists = {artist.name: artist.columns for artist in self._all() if artist.columns}
        tree: xr.DataTree = tree_of(artists)
        return tree

    def replot(self) -> "Figure":
        """A new matplotlib Figure that looks the same; warns of artists it cannot draw.

        `replot().savefig(path, dpi=fd.dpi, **fd.saved_with)` is the same picture again.
        """
        need("matplotlib", "figures")
        from intaglio.figures._figure import draw_figure

        with _reading():
            return draw_figure(self.record, self.arrays)

    @property
    @_reading()
    def saved_with(self) -> dict[str, Json]:
        """The keywords of savefig that it was saved with, without dpi."""
        return dict(self.record["saved"]["keywords"])

    def __repr__(self) -> str:
        return f"<FigureData: {', '.join(map(repr, self.axes)) or 'no axes'}>"


def load_figure(file: Source, *, limits: Limits = DEFAULT_LIMITS) -> FigureData:
    """Read what `savefig` saved: axes, artists, and their exact values.

    Errors: as `load`; DecodeError(METADATA_INVALID) if the file holds no figure.
    """
    from intaglio._reading import reading

    with reading(file, limits) as opened:
        opened.check_output(opened.names, limits)
        arrays = {name: opened.array(name) for name in opened.names}
        metadata = dict(opened.contents.metadata)
    record = metadata.pop(MEMBER, None)
    if not isinstance(record, dict):
        raise DecodeError(
            Reason.METADATA_INVALID, "this file holds arrays but no figure: load() reads them"
        )
    if record.get("version") != SCHEMA_VERSION:
        detail = f"figure schema {record.get('version')!r}; this version knows {SCHEMA_VERSION}"
        raise DecodeError(Reason.METADATA_INVALID, detail)
    with _reading():
        axes = tuple(_axes_of(one, arrays) for one in record["axes"])
        return FigureData(axes, arrays, metadata, record)
    raise AssertionError


def _axes_of(record: Mapping[str, Json], arrays: Mapping[str, Array]) -> AxesData:
    artists = tuple(_artist_of(artist, arrays) for artist in record["artists"])
    calls = tuple(_artist_of(call, arrays) for call in record["calls"])
    return AxesData(str(record["name"]), artists, calls, record)


def _artist_of(record: Mapping[str, Any], arrays: Mapping[str, Array]) -> ArtistData:
    columns = {key: read_column(column, arrays) for key, column in record["data"].items()}
    kind = record.get("method", record["kind"])
    return ArtistData(kind, str(record["name"]), record.get("label"), columns, record)
