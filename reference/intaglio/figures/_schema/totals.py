"""Totals: how much of everything a record asks to be drawn, and the most that is."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy.typing as npt

from intaglio.errors import DecodeError, Reason

Array = npt.NDArray[Any]

PAD_INCHES: Final = 0.1  # matplotlib's, where none is named
CANVAS_DPI: Final = 100  # at which replot looks for ticks and measures
_TEXT_PARTS: Final = 4  # a tick or a category: a text and two lines
_ENTRY_PARTS: Final = 10  # an entry of a legend: a text, a handle and four boxes around them
_ARROW_PARTS: Final = 16  # an annotation's arrow, which is drawn between the outlines of two boxes


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over a whole figure, or their maxima. docs/figures.md has the table."""

    pixels: int = 2**26  # of the whole and of the part saved, at dpi 100 and at the file's
    axes: int = 256
    axes_not_rectilinear: int = 128  # take twice as long
    twins: int = 8  # axes in one place
    subfigures: int = 64
    nesting: int = 8  # of sub-figures
    parts: int = 20_000  # artists, bars, line feeds; _TEXT_PARTS and those below it
    characters: int = 100_000  # of all texts, 0.05 ms each
    mathematical_texts: int = 500  # over 10 ms each
    mathematical_characters: int = 15_000  # 0.5 ms each
    text_pixels: int = 2**28  # covered by texts, at the dpi it was saved with
    pieces: int = 2**20  # paths, faces, segments
    values: int = 2**26  # of all artists, an array as often as they name it

    def refuse_beyond(self, maxima: "Totals") -> None:
        """DecodeError(LIMIT_EXCEEDED) that names what is more than its maximum."""
        problem = self.beyond(maxima)
        if problem is not None:
            raise DecodeError(Reason.LIMIT_EXCEEDED, problem)

    def beyond(self, maxima: "Totals") -> str | None:
        """What is more than its maximum; None if nothing is."""
        for name, count in asdict(self).items():
            most = getattr(maxima, name)
            if count > most:
                what = name.replace("_", " ")
                return f"the figure asks for {count:,} {what}; replot() draws at most {most:,}"
        return None


def count(record: Mapping[str, Any], arrays: Mapping[str, Array]) -> Totals:
    """What a checked record asks for."""
    dpi = record["saved"]["dpi"]
    if _shortest_side(record) * dpi < 1:  # matplotlib writes no empty picture
        raise DecodeError(Reason.METADATA_INVALID, f"the figure has no pixel at its dpi, {dpi:g}")
    holders = [record, *record["subfigures"], *record["axes"]]
    artists = [artist for one in holders for artist in one["artists"]]
    axes = [axis for one in record["axes"] for axis in one["axis"].values()]
    ticks = sum(len(axis[which]["places"]) for axis in axes for which in ("major", "minor"))
    words = sum(len((axis["unit"] or {}).get("words", ())) for axis in axes)
    bars = sum(_column(one, "x", arrays) for one in artists if one["kind"] == "bar")
    entries = sum(len(one["labels"]) for one in artists if one["kind"] == "legend")
    arrows = sum(one.get("arrow") is not None for one in artists)
    parts = len(artists) + bars + _TEXT_PARTS * (ticks + words)
    parts += _ENTRY_PARTS * entries + _ARROW_PARTS * arrows
    texts = list(_texts(record))
    parts += sum(words.count("\n") for words, _ in texts)
    mathematics = [words for words, _ in texts if words.count("$") > 1]
    return Totals(
        pixels=int(_square_inches(record) * max(dpi, CANVAS_DPI) ** 2),
        axes=len(record["axes"]),
        axes_not_rectilinear=sum(one["projection"] != "rectilinear" for one in record["axes"]),
        twins=_twins(record["axes"]),
        subfigures=len(record["subfigures"]),
        nesting=max((one["name"].count("/") + 1 for one in record["subfigures"]), default=0),
        parts=parts,
        characters=sum(len(words) for words, _ in texts),
        mathematical_texts=len(mathematics),
        mathematical_characters=sum(map(len, mathematics)),
        text_pixels=int(sum(len(words) * (size * dpi / 72) ** 2 for words, size in texts)),
        pieces=sum(_column(one, "starts", arrays) for one in artists),
        values=sum(_column(one, name, arrays) for one in artists for name in one["data"]),
    )


def maxima(arrays: Mapping[str, Array]) -> Totals:
    """The maxima for a file of those arrays: each value may be named four times on average."""
    stored = sum(array.size for array in arrays.values())
    return Totals(values=max(Totals().values, 4 * stored))


def pad_of(record: Mapping[str, Any]) -> float:
    """Inches around a tight box."""
    pad = record["saved"]["keywords"].get("pad_inches")
    return pad if isinstance(pad, int | float) else PAD_INCHES


def _shortest_side(record: Mapping[str, Any]) -> float:
    """Inches, of the figure and of the part of it that is saved."""
    part = record["saved"]["keywords"].get("bbox_inches")
    sides = [part[2] - part[0], part[3] - part[1]] if isinstance(part, list) else []
    return float(min(*record["size"], *sides))


def _square_inches(record: Mapping[str, Any]) -> float:
    """Of the figure, or of what is saved of it if that is more; a tight box is known later."""
    width, height = record["size"]
    part = record["saved"]["keywords"].get("bbox_inches")
    if part == "tight":
        pad = 2 * pad_of(record)
        return float((width + pad) * (height + pad))
    if part is None:
        return float(width * height)
    return float(max(width * height, (part[2] - part[0]) * (part[3] - part[1])))


def _twins(axes: Iterable[Mapping[str, Any]]) -> int:
    """How many axes the largest group of twins has: drawing takes the square of it."""
    first: dict[str, str] = {}
    for one in axes:  # a twin stands after the axes that it names
        first[one["name"]] = first.get(one["twin_of"] or "", one["name"])
    return max(Counter(first.values()).values(), default=0)


def _column(artist: Mapping[str, Any], name: str, arrays: Mapping[str, Array]) -> int:
    column = artist["data"].get(name)
    return 0 if column is None else int(arrays[column["array"]].size)


def _texts(record: Mapping[str, Any]) -> Iterable[tuple[str, float]]:
    """Each text that is shown, and its size in points."""
    for one in (record, *record["subfigures"], *record["axes"]):
        for artist in one["artists"]:
            if artist["kind"] == "text":
                yield artist["text"], artist["style"]["fontsize"]
            elif artist["kind"] == "legend":
                size = (artist["label_style"] or artist["title_style"])["fontsize"]
                yield from ((label, size) for label in artist["labels"])
                yield artist["title"] or "", artist["title_style"]["fontsize"]
    for one in record["axes"]:
        for title in one["titles"].values():
            yield title["text"], title["style"]["fontsize"]
        for axis in one["axis"].values():
            yield axis["label"]["text"], axis["label"]["style"]["fontsize"]
            for which in ("major", "minor"):
                look = axis[which]["look"]
                size = look["params"]["labelsize"] if look else 10.0
                yield from (
                    (label, size) for label in (*axis[which]["labels"], axis[which]["offset"])
                )
