"""Files that `pack` reads, changed by structure: HDF5, netCDF-4, netCDF-3, TIFF, safetensors.

    mutant("h5", 4711)          # always the same bytes

A mutant has one to three fields changed: those of HDF5's superblock, object headers and their
messages (dimensions, types, layouts, filters, attributes, links), of B-trees and heaps; of a TIFF's
directory; of the JSON header of safetensors; of netCDF-3's header. Checksums of HDF5 are made
right again, so that what is found lies behind them.
"""

import io
import json
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np

from fuzz.records import mutate

NUMBERS: Final = (
    *(0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 32, 33, 64, 127, 128, 255, 256, 2**12, 2**15),
    *(2**16 - 1, 2**16, 2**20, 2**24, 2**26, 2**28, 2**30, 2**31 - 1, 2**31, 2**32 - 1, 2**32),
    *(2**40, 2**48, 2**62, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1),
)
WIDTHS: Final = (1, 1, 2, 2, 4, 4, 8, 8)
_HEADER, _MORE = b"OHDR", b"OCHK"
_NODES: Final = (
    *(b"TREE", b"SNOD", b"HEAP", b"GCOL", b"FRHP", b"FHDB", b"BTHD", b"BTLF", b"FAHD", b"EAHD"),
)
_LAST: Final = ((2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24))
_CONTINUED: Final = 0x10
_MASK: Final = 2**32 - 1


class Field(NamedTuple):
    """Where a number may stand in a file: any width from `start` to `end`."""

    start: int
    end: int


class Sealed(NamedTuple):
    """Bytes of a file of which a checksum stands right behind them."""

    start: int
    end: int


def mutant(kind: str, number: int) -> bytes:
    """The mutant of that number, of one of the seeds of a kind."""
    rng = Random(f"{kind} {number}")
    seed = rng.choice(seeds(kind))
    if kind == "safetensors":
        return _tensors_changed(seed, rng)
    fields, checked = FIELDS[kind](seed)
    order = "big" if kind == "nc3" or seed[:2] == b"MM" else "little"
    raw = bytearray(seed)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        _change(raw, rng, rng.choice(fields), order)
    for part in sorted(checked, reverse=True):
        checksum = lookup3(bytes(raw[part.start : part.end]))
        raw[part.end : part.end + 4] = checksum.to_bytes(4, "little")
    if rng.random() < 0.05:
        del raw[rng.randrange(len(raw)) :]
    return bytes(raw)


def _change(raw: bytearray, rng: Random, field: Field, order: Any) -> None:  # noqa: ANN401 - a literal
    at = rng.randrange(field.start, field.end)
    width = rng.choice(WIDTHS)
    at -= (at - field.start) % width if rng.random() < 0.7 else 0
    end = min(at + width, len(raw))
    old = int.from_bytes(raw[at:end], order)
    kind = rng.randrange(6)
    if kind == 0:
        new = old + rng.choice((-8, -1, 1, 8))
    elif kind == 1:
        new = old * 2 if rng.random() < 0.5 else old // 2
    elif kind == 2:
        new = old ^ 1 << rng.randrange(8 * width)
    elif kind == 3:
        new = rng.randrange(len(raw) + 16)  # an offset, perhaps of something
    else:
        new = rng.choice(NUMBERS)
    raw[at:end] = (new % 256 ** (end - at)).to_bytes(end - at, order)


# HDF5


def hdf5_fields(raw: bytes) -> tuple[list[Field], list[Sealed]]:
    """Fields of an HDF5 file, messages twice as likely as others; and what has checksums."""
    fields = [Field(0, 96)]
    checked = [Sealed(0, 44)] if raw[8] in (2, 3) else []
    messages = _messages_1(raw)
    for signature in (_HEADER, _MORE):
        at = raw.find(signature)
        while at >= 0:
            found, end = _messages_2(raw, at)
            messages += found
            if found:
                checked.append(Sealed(at, end))
            at = raw.find(signature, at + 4)
    for signature in _NODES:
        at = raw.find(signature)
        while at >= 0:
            fields.append(Field(at + 4, min(at + 64, len(raw))))
            at = raw.find(signature, at + 4)
    return [*fields, *messages, *messages], checked


def _messages_1(raw: bytes) -> list[Field]:
    """Messages of headers of version 1, which have no signature: found by their shape."""
    found = []
    for at in range(0, len(raw) - 16, 8):
        version, zero, count, references, size = struct.unpack_from("<BBHII", raw, at)
        if (version, zero, references) != (1, 0, 1) or not 0 < count < 64 or size > len(raw) - at:
            continue
        ahead = [(at + 16, at + 16 + size)]
        while ahead and count:
            where, end = ahead.pop(0)
            while where + 8 <= min(end, len(raw)) and count:
                kind, length = struct.unpack_from("<HH", raw, where)
                stop = min(where + 8 + length, len(raw))
                found.append(Field(where, stop))
                if kind == _CONTINUED and length >= 16:
                    begin, more = struct.unpack_from("<QQ", raw, where + 8)
                    ahead.append((begin, begin + more))
                where, count = where + 8 + length, count - 1
    return found


def _messages_2(raw: bytes, at: int) -> tuple[list[Field], int]:
    """Messages of a part of a header of version 2, and where its checksum stands."""
    flags = raw[raw.rfind(_HEADER, 0, at + 4) + 5]
    head = 4 + (1 if flags & 4 else 0) * 2
    if raw[at : at + 4] == _HEADER:
        start = at + 6 + (16 if flags & 32 else 0) + (4 if flags & 16 else 0)
        width = 1 << (flags & 3)
        end = start + width + int.from_bytes(raw[start : start + width], "little")
        start += width
    else:
        start, end = at + 4, at + _length_of_part(raw, at) - 4
    found = []
    where = start
    while where + head <= end <= len(raw) - 4:
        length = int.from_bytes(raw[where + 1 : where + 3], "little")
        found.append(Field(where, max(where + head, min(where + head + length, end))))
        where += head + length
    return found, end


def _length_of_part(raw: bytes, at: int) -> int:
    """Bytes of a continuation, as the message that points to it has them."""
    where = raw.find(at.to_bytes(8, "little"))
    return int.from_bytes(raw[where + 8 : where + 16], "little") if where >= 0 else 0


def lookup3(data: bytes) -> int:
    """Bob Jenkins' hash, the checksum of HDF5's metadata."""
    a = b = c = 0xDEADBEEF + len(data) & _MASK
    rest = data
    while len(rest) > 12:
        x, y, z = struct.unpack_from("<III", rest)
        a, b, c = _mixed(a + x & _MASK, b + y & _MASK, c + z & _MASK)
        rest = rest[12:]
    if not rest:
        return c
    x, y, z = struct.unpack("<III", rest.ljust(12, b"\0"))
    a, b, c = a + x & _MASK, b + y & _MASK, c + z & _MASK
    for first, second, bits in _LAST:
        part = [a, b, c]
        part[first] = ((part[first] ^ part[second]) - _turned(part[second], bits)) & _MASK
        a, b, c = part
    return c


def _turned(value: int, bits: int) -> int:
    return (value << bits | value >> (32 - bits)) & _MASK


def _mixed(a: int, b: int, c: int) -> tuple[int, int, int]:
    for bits in (4, 6, 8, 16, 19, 4):
        a, b, c = b, c + b & _MASK, (a - c & _MASK) ^ _turned(c, bits)
    return a, b, c


# TIFF, netCDF-3, safetensors


def tiff_fields(raw: bytes) -> tuple[list[Field], list[Sealed]]:
    """Entries of the directories, and their values that lie elsewhere."""
    order = "<" if raw[:2] == b"II" else ">"
    fields = [Field(0, 8)]
    at = struct.unpack_from(order + "I", raw, 4)[0]
    while at:
        (count,) = struct.unpack_from(order + "H", raw, at)
        fields.append(Field(at, at + 2))
        for i in range(count):
            entry = at + 2 + 12 * i
            _, kind, items, where = struct.unpack_from(order + "HHII", raw, entry)
            fields += [Field(entry + 2, entry + 12), Field(entry + 4, entry + 12)]
            size = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 12: 8}.get(kind, 1) * items
            if size > 4:
                fields.append(Field(where, min(where + size, len(raw))))
        link = at + 2 + 12 * count
        fields.append(Field(link, link + 4))
        (at,) = struct.unpack_from(order + "I", raw, link)
    return fields, []


def classic_fields(raw: bytes) -> tuple[list[Field], list[Sealed]]:
    """Words of netCDF-3's header, four bytes each."""
    return [Field(at, at + 4) for at in range(0, min(len(raw) - 4, 400), 4)], []


def _tensors_changed(seed: bytes, rng: Random) -> bytes:
    (count,) = struct.unpack_from("<Q", seed)
    head, data = json.loads(seed[8 : 8 + count]), seed[8 + count :]
    try:
        text = json.dumps(mutate(head, rng)).encode()
    except ValueError:
        text = json.dumps(head).encode()
    size = len(text) if rng.random() < 0.9 else rng.choice(NUMBERS)
    return struct.pack("<Q", size) + text + (data if rng.random() < 0.9 else data[:-1])


FIELDS: Final[dict[str, Callable[[bytes], tuple[list[Field], list[Sealed]]]]] = {
    "h5": hdf5_fields,
    "nc": hdf5_fields,
    "nc3": classic_fields,
    "tif": tiff_fields,
}
KINDS: Final = ("h5", "nc", "nc3", "tif", "safetensors")
SUFFIXES: Final = {"nc3": "nc"}


# Seeds


@cache
def seeds(kind: str) -> tuple[bytes, ...]:
    """Small files of a kind, made by the libraries that others use."""
    return tuple(SEEDS[kind]())


def _made(suffix: str, write: Callable[[Path], None]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{suffix}"
        write(path)
        return path.read_bytes()


def _hdf5() -> list[bytes]:
    import h5py

    def write(path: Path, libver: str) -> None:
        with h5py.File(path, "w", libver=libver) as file:
            file.create_dataset("x", data=np.arange(12.0).reshape(3, 4))
            packed = {"chunks": (4,), "compression": 4, "shuffle": True, "maxshape": (None,)}
            file.create_dataset("g/y", data=np.arange(9, dtype=">i2"), fletcher32=True, **packed)
            file.create_dataset("g/z", data=np.arange(6), chunks=(2,), fillvalue=7)
            file["flags"] = np.array([True, False])
            file["pair"] = np.array([1 + 2j], "c8")
            file["g/words"] = ["a", "bc"]
            file["soft"] = h5py.SoftLink("/g/y")
            file["x"].attrs.update({"unit": "K", "n": [1, 2], "fixed": np.bytes_(b"abc")})
            file["x"].attrs["none"] = h5py.Empty("f4")
            file.attrs["title"] = "a run"

    return [_made("h5", lambda path, v=v: write(path, v)) for v in ("earliest", "v108", "latest")]


def _netcdf() -> list[bytes]:
    import netCDF4

    def write(path: Path) -> None:
        with netCDF4.Dataset(path, "w") as file:
            file.createDimension("time", None)
            file.createDimension("x", 3)
            file.createVariable("v", "f4", ("time", "x"), zlib=True)[:] = np.ones((2, 3))
            file["v"].setncatts({"units": "K", "range": np.array([1, 2], "i2")})
            file.createVariable("time", "f8", ("time",))[:] = [1, 2]
            file.createGroup("g").createVariable("w", "i2", ("x",), fill_value=9)[:] = [1, 2, 3]
            file.title = "a run"

    return [_made("nc", write)]


def _classic() -> list[bytes]:
    from scipy.io import netcdf_file

    def write(path: Path, version: int) -> None:
        with netcdf_file(path, "w", version=version) as file:
            file.createDimension("t", None)
            file.createDimension("x", 3)
            file.createVariable("v", "i2", ("t", "x"))[:] = np.ones((2, 3), "i2")
            file.createVariable("w", "f8", ("x",))[:] = [1, 2, 3]
            file.variables["w"].units = "K"

    return [_made("nc", lambda path, v=v: write(path, v)) for v in (1, 2)]


def _tiff() -> list[bytes]:
    import tifffile

    whole = np.arange(240, dtype="u2").reshape(12, 20)
    colours = np.arange(3 * 256, dtype="u2").reshape(3, 256)
    plans: list[tuple[Any, dict[str, Any]]] = [
        (whole, {}),
        (whole, {"compression": "zlib", "tile": (16, 16), "byteorder": ">"}),
        (np.zeros((2, 8, 9, 3), "u1"), {"photometric": "rgb", "rowsperstrip": 3}),
        (whole.astype("u1"), {"photometric": "palette", "colormap": colours}),
    ]
    found = []
    for array, options in plans:
        out = io.BytesIO()
        tifffile.imwrite(out, array, **options)
        found.append(out.getvalue())
    return found


def _safetensors() -> list[bytes]:
    from safetensors.numpy import save

    tensors = {"x": np.arange(6.0).reshape(2, 3), "b": np.array([True]), "e": np.zeros((0, 2))}
    attrs = {"intaglio_attrs": '{"x": {"unit": "K"}}', "intaglio_json": '{"n": [1]}'}
    return [save(tensors), save(tensors, {"who": "me", **attrs})]


SEEDS: Final[dict[str, Callable[[], list[bytes]]]] = {
    "h5": _hdf5,
    "nc": _netcdf,
    "nc3": _classic,
    "tif": _tiff,
    "safetensors": _safetensors,
}
