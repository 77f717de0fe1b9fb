"""`Info`: the content of a checked header as plain values."""

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from intaglio._escape import counted, escaped, json_for_people
from intaglio._format.decoder import Opened
from intaglio._format.header import ArrayRecord
from intaglio._format.registry import (
    CODECS,
    ELEMENT_BY_CODE,
    FILTER_BY_CODE,
    PROFILES,
    TIME_UNITS,
    Depths,
)


@dataclass(frozen=True, slots=True)
class ArrayInfo:
    """The description of one array of a file.

    Attributes
    ----------
    name : str
        The name in the file.
    dtype : str
        numpy's name of the element type; `unknown-0x..` if this version does not know it.
    shape : tuple of int
        The shape.
    nbytes : int or None
        The size of the canonical bytes; None for unknown element types.
    stored_bytes : int
        The size of the stored blocks in bytes.
    blocks : int
        The number of blocks.
    filters : tuple of str
        The filters with their parameters, such as "delta(1)".
    codec : str
        The name of the codec, such as "zstd".
    sha256 : str
        SHA-256 of the canonical bytes (C order, little-endian), hexadecimal.
    attrs : dict
        The array's JSON object.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    nbytes: int | None
    stored_bytes: int
    blocks: int
    filters: tuple[str, ...]
    codec: str
    sha256: str
    attrs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Info:
    """The description of a file; str() is a summary, as `intaglio info` prints it.

    Attributes
    ----------
    format_version : str
        The version of the format, such as "1.0".
    width, height : int
        The size of the picture in pixels.
    profile : str
        The name of the profile, or its depths joined by hyphens.
    depths : tuple of int
        The bits of R, G, B and A that carry data.
    header_bytes, body_bytes : int
        The size of the header and of the body.
    root : str
        The root digest, hexadecimal.
    metadata : dict
        The file's JSON object.
    arrays : tuple of ArrayInfo
        The arrays, in file order.
    png_checked : bool
        Whether the whole PNG and every array were checked (`verify`), or only the part that was
        read (`info`).
    echo : {"intact", "damaged"} or None
        Whether the second copy of the prologue equals the first; None if it was not read.
    """

    format_version: str
    width: int
    height: int
    profile: str
    depths: Depths
    header_bytes: int
    body_bytes: int
    root: str
    metadata: dict[str, Any]
    arrays: tuple[ArrayInfo, ...]
    png_checked: bool
    echo: str | None

    def to_dict(self) -> dict[str, Any]:
        """The same as dicts, lists, strings and numbers, which JSON can hold."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [
            (
                f"Intaglio {self.format_version}, {self.width}x{self.height} pixels, "
                f"profile {self.profile}, {self.body_bytes:,} bytes carried"
            ),
            *("  " + line for line in array_table(self.arrays)),
        ]
        if self.metadata:
            lines.append(f"  metadata {json_for_people(self.metadata)}")
        lines += [
            f"  attrs of {escaped(a.name)} {json_for_people(a.attrs)}"
            for a in self.arrays
            if a.attrs
        ]
        return "\n".join(lines)


def array_table(arrays: tuple[ArrayInfo, ...]) -> list[str]:
    """One line for each array, with name, dtype, shape and size in aligned columns."""
    rows = [
        (
            escaped(array.name),
            array.dtype,
            "x".join(map(str, array.shape)) or "scalar",
            "unknown size" if array.nbytes is None else counted(array.nbytes, "byte"),
        )
        for array in arrays
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def info_of(opened: Opened, *, png_checked: bool = False, echo: str | None = None) -> Info:
    """The description of an opened file."""
    contents = opened.contents
    prologue = contents.prologue
    arrays = tuple(
        _array_info(record, int(offsets[-1] - offsets[0]), attrs)
        for record, offsets, attrs in zip(
            contents.header.arrays, contents.offsets, contents.attrs, strict=True
        )
    )
    return Info(
        format_version=f"{prologue.major}.{prologue.minor}",
        width=opened.width,
        height=opened.height,
        profile=profile_name(prologue.depths),
        depths=prologue.depths,
        header_bytes=prologue.header_length,
        body_bytes=prologue.body_length,
        root=prologue.root.hex(),
        metadata=contents.metadata,
        arrays=arrays,
        png_checked=png_checked,
        echo=echo,
    )


def profile_name(depths: Depths) -> str:
    """The name of the profile with these depths, or the depths joined by hyphens."""
    for name, named in PROFILES.items():
        if named == depths:
            return name
    return "-".join(map(str, depths))


def dtype_name(record: ArrayRecord) -> str:
    """The numpy name of the record's element type."""
    element = ELEMENT_BY_CODE.get(record.element)
    if element is None:
        return f"unknown-0x{record.element:02x}"
    if not record.unit or TIME_UNITS[record.unit] == "generic":
        return element.name
    count = "" if record.unit_count == 1 else record.unit_count
    return f"{element.name}[{count}{TIME_UNITS[record.unit]}]"


def _array_info(record: ArrayRecord, stored_bytes: int, attrs: dict[str, Any]) -> ArrayInfo:
    element = ELEMENT_BY_CODE.get(record.element)
    return ArrayInfo(
        name=record.name,
        dtype=dtype_name(record),
        shape=record.shape,
        nbytes=record.size * element.item_bytes if element else None,
        stored_bytes=stored_bytes,
        blocks=record.block_count,
        filters=tuple(_filter_name(code, data) for code, data in record.filters),
        codec=CODECS.get(record.codec, f"unknown-{record.codec}"),
        sha256=record.digest.hex(),
        attrs=attrs,
    )


@lru_cache(256)
def _filter_name(code: int, data: bytes) -> str:
    kind = FILTER_BY_CODE.get(code)
    if kind is None:
        return f"unknown-0x{code:02x}"
    lags = [str(int.from_bytes(data[i : i + 4], "little")) for i in range(0, len(data), 4)]
    return f"{kind.name}({', '.join(lags)})" if lags else kind.name
