"""The reference implementation on the contract of the conformance suite.

    python conformance/adapters/reference.py describe | decode ... | encode ...

Calls the rooms of `intaglio` directly: canonical bytes in and out, no dtype in
between, so that bfloat16 needs no ml_dtypes.
"""

import hashlib
import io
import sys
from collections.abc import Collection
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from adapters import contract
from adapters.contract import Row, UsageError

from intaglio._format.decoder import decoding
from intaglio._format.registry import (
    ELEMENT_BY_CODE,
    ELEMENT_BY_NAME,
    TIME_UNIT_CODE,
    TIME_UNITS,
    Element,
)
from intaglio.errors import DecodeError, EncodeError
from intaglio.limits import DEFAULT_LIMITS, Limits

LEVEL: Final = 3
BLOCK_BYTES: Final = 1 << 20


def decode(png: bytes, only: Collection[str] | None = None) -> contract.Decoded:
    """Decode as [DEC-1] has it."""
    limits = Limits(output_bytes_max=DEFAULT_LIMITS.output_bytes_max)
    try:
        with decoding(io.BytesIO(png), limits) as opened:
            if missing := set(only or ()) - set(opened.names):
                raise contract.AbsentNameError(*missing)
            wanted = [name for name in opened.names if only is None or name in only]
            opened.check_output(wanted, limits)
            arrays = tuple(opened.canonical(name).tobytes() for name in wanted)
            header = opened.contents.header
    except DecodeError as problem:
        raise contract.RefusedError(problem.reason.value, str(problem)) from problem
    rows = [
        {
            "name": record.name,
            "element": ELEMENT_BY_CODE[record.element].name,
            "unit": TIME_UNITS.get(record.unit),
            "unit_count": record.unit_count,
            "shape": record.shape,
            "metadata": record.metadata,
        }
        for record in header.arrays
        if record.name in wanted
    ]
    return contract.accepted(header.metadata, rows, arrays)


def encode(request: Row, folder: Path, cover: Path | None) -> bytes:
    """The PNG file that carries what `request` asks for; its files lie in `folder`."""
    try:
        return _encoded(request, folder, cover)
    except (DecodeError, EncodeError) as problem:
        raise contract.RefusedError(problem.reason.value, str(problem)) from problem


def _encoded(request: Row, folder: Path, cover: Path | None) -> bytes:
    from intaglio._format.carrier_write import Embedder
    from intaglio._format.header import Header, write_header
    from intaglio._format.png.encode import write_png
    from intaglio._format.registry import HINT_KEYWORD, carrier_capacity, is_legal_depths
    from intaglio._packing.body import Body

    depths = tuple(request["depths"])
    if len(depths) != 4 or not is_legal_depths(depths):
        message = f"depths {depths}"
        raise UsageError(message)
    records, tables, blocks = [], [], []
    for row in request["arrays"]:
        record, table, stored = _packed(row, (folder / row["file"]).read_bytes())
        records.append(record)
        tables.append(table)
        blocks += stored
    header = write_header(Header(tuple(records), _text(request["metadata"])))
    body = Body(header, b"".join(tables), tuple(blocks))
    pixels = _pixels(request, body.length, depths, cover)
    height, width, channels = pixels.shape
    if body.length > carrier_capacity(width * height, depths):
        message = f"{body.length} bytes do not fit {width} x {height} pixels"
        raise UsageError(message)
    prologue = body.prologue(depths, width, height)
    Embedder(prologue, body.joined(), depths, width * height).embed(pixels.reshape(-1, channels), 0)
    out = io.BytesIO()
    text = ((HINT_KEYWORD, "Intaglio 1.0: this picture carries numeric data in its low bits."),)
    write_png(out, width, height, channels, [pixels], text=text)
    decode(out.getvalue())  # [DEC-4]
    return out.getvalue()


def _text(metadata: str | None) -> bytes:
    from intaglio._format.metadata import read_metadata

    raw = (metadata or "").encode()
    if metadata is not None and not raw:
        message = "metadata is an empty text"
        raise UsageError(message)
    read_metadata(raw)
    return raw


def _packed(row: Row, canonical: bytes) -> tuple[Any, bytes, list[bytes]]:
    """The array's record, its block table and its stored blocks."""
    from intaglio._format.blocks import pack_block, write_table
    from intaglio._format.header import ArrayRecord, maybe_name_problem

    problem = maybe_name_problem(row["name"].encode())
    element = ELEMENT_BY_NAME.get(row["element"])
    shape = tuple(int(length) for length in row["shape"])
    size = prod(shape)
    if problem or element is None or len(canonical) != size * element.item_bytes:
        message = problem or f"{len(canonical)} bytes of {row['element']!a} in the shape {shape}"
        raise UsageError(message)
    form = _form(row, canonical, element, shape)
    usual = max(1, min(BLOCK_BYTES // element.item_bytes, size)) if size else 0
    length = row.get("block_length", usual)
    step = max(length, 1) * element.item_bytes
    packed = [
        pack_block(np.frombuffer(canonical[start : start + step], np.uint8), form, LEVEL)
        for start in range(0, len(canonical), step)
    ]
    record = ArrayRecord(
        name=row["name"],
        element=element.code,
        unit=TIME_UNIT_CODE[row["unit"]] if row["unit"] is not None else 0,
        unit_count=row["unit_count"],
        shape=shape,
        filters=form.filters,
        codec=form.codec,
        block_length=length,
        block_count=len(packed),
        digest=hashlib.sha256(canonical).digest(),
        metadata=_text(row["metadata"]),
    )
    return record, write_table([entry for _, entry in packed]), [stored for stored, _ in packed]


def _form(row: Row, canonical: bytes, element: Element, shape: tuple[int, ...]) -> Any:  # noqa: ANN401
    """Filters and codec as asked for; where nothing is asked, as the reference chooses."""
    from intaglio._format.blocks import BlockForm
    from intaglio._format.filters import filter_step
    from intaglio._format.registry import CODEC_CODE, DECIMAL_ELEMENTS

    width = element.component_bytes
    decimal = any(name == "decimal" for name, *_ in row.get("filters", ()))
    if decimal and element.name not in DECIMAL_ELEMENTS:  # [HDR-12] before a filter meets them
        message = f"decimal of {element.name}"
        raise UsageError(message)
    if "filters" not in row and "codec" not in row and canonical:
        record = _own_record(row, canonical, element, shape)
        return BlockForm(record.filters, width, record.codec)
    chain = tuple(filter_step(name, *numbers) for name, *numbers in row.get("filters", ()))
    return BlockForm(chain, width, CODEC_CODE[row.get("codec", "zstd" if canonical else "stored")])


def _own_record(row: Row, canonical: bytes, element: Element, shape: tuple[int, ...]) -> Any:  # noqa: ANN401
    """The record that the reference writes of an array when nobody asks for anything."""
    from intaglio._format.elements import ElementType, array_from_bytes
    from intaglio._format.header import read_header
    from intaglio._packing.body import write_body

    raw = np.frombuffer(canonical, np.uint8)
    unit = TIME_UNIT_CODE[row["unit"]] if row["unit"] is not None else 0
    if element.name == "bfloat16":  # no ml_dtypes: its bits
        array = raw.view(np.uint16).reshape(shape)
    else:
        array = array_from_bytes(raw, ElementType(element, unit, row["unit_count"]), shape)
    return read_header(write_body({"x": array}, None, {}, LEVEL).header).arrays[0]


def _pixels(
    request: Row, body_bytes: int, depths: tuple[int, ...], cover: Path | None
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    from intaglio._format.png.decode import open_png
    from intaglio._format.registry import pixels_for

    width, height = request["width"], request["height"]
    channels = 4 if depths[3] else 3
    if cover is None:
        need = pixels_for(body_bytes, depths)  # type: ignore[arg-type]
        width = width or (-(-need // height) if height else max(1, round(need**0.5)))
        height = height or -(-need // width)
        return np.full((height, width, channels), 255, np.uint8)
    with cover.open("rb") as stream:
        read = np.concatenate(list(open_png(stream, DEFAULT_LIMITS.pixels_max).bands()))
    if (width or read.shape[1], height or read.shape[0]) != (read.shape[1], read.shape[0]):
        message = f"the cover has {read.shape[1]} x {read.shape[0]} pixels"
        raise UsageError(message)
    pixels = np.full((*read.shape[:2], channels), 255, np.uint8)
    pixels[..., :3] = read[..., :3]
    if read.shape[2] == 4:  # [CAR-6] composited on white
        alpha = read[..., 3:].astype(np.uint16)
        pixels[..., :3] = (read[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return pixels


def _described() -> Row:
    from intaglio import __version__

    return {
        "name": "intaglio (reference)",
        "version": __version__,
        "language": "Python",
        "formatVersions": ["1.0"],
        "features": ["decode", "only", "encode", "cover", "zstd"],
        "limits": {
            "pixels": DEFAULT_LIMITS.pixels_max,
            "outputBytes": DEFAULT_LIMITS.output_bytes_max,
        },
    }


if __name__ == "__main__":
    sys.exit(contract.answer(sys.argv[1:], _described(), decode, encode))
