"""HDF5 of random content, written by h5py's low-level calls: equal in every sample, or named.

Elements are written as raw bytes of the file's type, so that HDF5 converts nothing. The expected
numbers are computed from these bytes with Python's integers.
"""

import io
import json
import struct
from math import prod
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import same_bits

import intaglio as ig
from intaglio import _convert
from intaglio.errors import FormatError

h5py = pytest.importorskip("h5py")
h5t, ALL = h5py.h5t, h5py.h5s.ALL

NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1, max_size=6
).filter(lambda name: name != ".")
SHAPES = st.lists(st.integers(0, 4), max_size=3).map(tuple)


class Kind(NamedTuple):
    """An HDF5 type, and what numbers the bytes of elements are; None: no numbers."""

    type: object
    numbers: object
    low: int = 0  # bytes of elements are drawn from low to high
    high: int = 255


def in_dtype(dtype, kind=None, **more):
    """A type whose elements are those of a numpy dtype."""
    dtype = np.dtype(dtype)
    kind = h5t.py_create(dtype, logical=True) if kind is None else kind
    return Kind(kind, lambda raw: raw.view(dtype).astype(dtype.newbyteorder("=")), **more)


@st.composite
def integers(draw):
    size = draw(st.integers(1, 9))
    precision = draw(st.integers(4 * size + 1, 8 * size))  # HDF5 refuses fewer
    offset = draw(st.integers(0, 8 * size - precision))
    order, is_signed = draw(st.sampled_from(["little", "big"])), draw(st.booleans())
    if draw(st.booleans()):
        size = draw(st.sampled_from([1, 2, 4, 8]))
        precision, offset = 8 * size, 0
    is_field = draw(st.booleans()) and draw(st.booleans())
    is_signed = is_signed and not is_field
    flags = (order == "big") | is_signed << 3
    head = struct.pack("<BBBBHI", 3, 0, 0x10 | (4 if is_field else 0), flags, 0, size)
    kind = h5t.decode(head + struct.pack("<HH", offset, precision))
    if size > 8:
        return Kind(kind, None)
    width = min(width for width in (1, 2, 4, 8) if width >= size)

    def number(raw):
        found = (int.from_bytes(raw, order) >> offset) % 2**precision
        return found - 2**precision if is_signed and found >> (precision - 1) else found

    dtype = np.dtype(f"{'i' if is_signed else 'u'}{width}")
    return Kind(kind, lambda raw: np.array([number(bytes(each)) for each in raw], dtype))


@st.composite
def odd_floats(draw):
    kind = h5t.IEEE_F32LE.copy()
    mantissa = draw(st.integers(1, 22))
    exponent = draw(st.integers(2, 8))
    kind.set_fields(31, 31 - exponent, exponent, 0, mantissa)
    return Kind(kind, None)


@st.composite
def enums(draw):
    base = draw(integers().filter(lambda kind: kind.numbers is not None and kind.type.get_class() == h5t.INTEGER and kind.type.get_size() in (1, 2, 4, 8)))  # fmt: skip
    kind = h5t.enum_create(base.type)
    room = 2 ** min(base.type.get_precision() - 1, 6)
    for i in range(draw(st.integers(1, 12))):
        if i < room:
            kind.enum_insert(b"n%d" % i, i)
    return Kind(kind, base.numbers)


@st.composite
def nested(draw, inner):
    kind = draw(inner)
    axes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2).map(tuple))
    made = h5t.array_create(kind.type, axes)
    if kind.numbers is None:
        return Kind(made, None)

    def numbers(raw):
        size = kind.type.get_size()
        each = np.frombuffer(raw.tobytes(), f"V{size}")
        found = kind.numbers(each)
        return found.reshape((len(raw), *axes, *found.shape[1:]))

    return Kind(made, numbers, kind.low, kind.high)


def opaque(tag):
    kind = h5t.create(h5t.OPAQUE, 8)
    kind.set_tag(tag)
    return kind


def pair(dtype, names=(b"r", b"i")):
    part = h5t.py_create(np.dtype(dtype))
    kind = h5t.create(h5t.COMPOUND, 2 * part.get_size())
    for i, name in enumerate(names):
        kind.insert(name, i * part.get_size(), part)
    return kind


FLOATS = st.sampled_from([f"{order}f{size}" for order in "<>" for size in (2, 4, 8)]).map(in_dtype)
PLAIN = st.one_of(integers(), FLOATS, enums())
NUMBERS = st.one_of(
    PLAIN,
    st.just(in_dtype("?", high=1)),
    st.sampled_from(["<c8", ">c8", "<c16", ">c16"]).map(lambda c: in_dtype(c, pair(f"{c[0]}f{int(c[2:]) // 2}"))),
    nested(PLAIN),
    nested(nested(FLOATS)),
)  # fmt: skip
TIMES = st.sampled_from(["<M8[s]", ">M8[ns]", "<m8[25us]"]).map(
    lambda text: in_dtype(text, opaque(b"NUMPY:" + text.encode()))
)
OTHERS = st.one_of(
    odd_floats(),
    st.sampled_from(
        [
            *(opaque(b"NUMPY:O"), opaque(b"mine"), opaque(b"NUMPY:<M8")),
            *(pair("<f4", (b"i", b"r")), pair("<f2"), pair("<i4"), pair("<f4", (b"r", b"i", b"j")[:2][::-1])),
            *(h5t.NATIVE_LDOUBLE, h5t.STD_REF_OBJ),
        ]
    ).map(lambda kind: Kind(kind, None)),
)  # fmt: skip
BITS = st.integers(0, 2**32).map(np.random.default_rng)


@st.composite
def elements(draw, kinds):
    """A type, raw elements of a shape, and the array that they are; None: no numbers."""
    kind, shape, bits = draw(kinds), draw(SHAPES), draw(BITS)
    size = kind.type.get_size()
    high = 0 if kind.type.get_class() == h5t.REFERENCE else kind.high
    raw = bits.integers(kind.low, high, (prod(shape), size), np.uint8, endpoint=True)
    raw = np.frombuffer(raw.tobytes(), f"V{size}")
    if kind.numbers is None:
        return kind.type, raw.reshape(shape), None
    found = kind.numbers(raw)
    axes = kind.numbers(np.zeros(1, f"V{size}")).shape[1:]
    return kind.type, raw.reshape(shape), found.reshape((*shape, *axes))


@st.composite
def plans(draw, raw, kind):
    """How a dataset is laid out in the file."""
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    layout = draw(st.sampled_from(["contiguous", "compact", "chunked"]))
    if layout == "compact":
        plan.set_layout(h5py.h5d.COMPACT)
    is_number = kind.get_class() in (h5t.INTEGER, h5t.FLOAT)
    if layout == "chunked" and raw.ndim:
        plan.set_chunk(tuple(draw(st.integers(1, max(1, side))) for side in raw.shape))
        if is_number and draw(st.booleans()):
            plan.set_filter(h5py.h5z.FILTER_NBIT, h5py.h5z.FLAG_OPTIONAL)
        for name in draw(st.lists(st.sampled_from(["shuffle", "deflate", "fletcher32", "lzf"]), unique=True)):  # fmt: skip
            if name == "deflate":
                plan.set_deflate(4)
            elif name == "lzf":
                plan.set_filter(h5py.h5z.FILTER_LZF, h5py.h5z.FLAG_OPTIONAL)
            else:
                getattr(plan, f"set_{name}")()
    if is_number and draw(st.booleans()):
        plan.set_fill_value(np.array(draw(st.integers(0, 1)), "i4"))
    return plan


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
PADDINGS = {h5t.STR_NULLTERM: b"\0", h5t.STR_NULLPAD: b"\0", h5t.STR_SPACEPAD: b" "}


class Text(NamedTuple):
    """Texts of an attribute; raw: of a fixed length, as bytes."""

    kind: object
    raw: object
    expected: object


@st.composite
def fixed_texts(draw):
    shape, bits = draw(SHAPES), draw(BITS)
    size, padding = draw(st.integers(1, 6)), draw(st.sampled_from([*PADDINGS]))
    kind = h5t.C_S1.copy()
    kind.set_size(size)
    kind.set_strpad(padding)
    kind.set_cset(draw(st.sampled_from([h5t.CSET_ASCII, h5t.CSET_UTF8])))
    texts = [bits.integers(0, 256, size, np.uint8).tobytes() for _ in range(prod(shape))]
    if draw(st.booleans()):
        texts = [text[: bits.integers(0, size + 1)].ljust(size, PADDINGS[padding]) for text in texts]  # fmt: skip
    expected = [text.rstrip(PADDINGS[padding]) for text in texts]
    if padding == h5t.STR_NULLTERM:
        expected = [text.split(b"\0")[0] for text in texts]
    raw = np.array(texts, f"V{size}").reshape(shape)
    return Text(kind, raw, np.array(expected, object).reshape(shape))


@st.composite
def varying_texts(draw):
    shape = draw(SHAPES)
    texts = draw(st.lists(TEXTS, min_size=prod(shape), max_size=prod(shape)))
    return Text(None, None, np.array(texts, object).reshape(shape))


ATTRIBUTES = st.dictionaries(
    st.one_of(
        NAMES, st.sampled_from(["CLASS", "NAME", "TITLE", "DIMENSION_LIST", "REFERENCE_LIST"])
    ).filter(lambda name: name != "@groups"),
    st.one_of(
        elements(st.one_of(NUMBERS, OTHERS, TIMES)),
        fixed_texts(),
        varying_texts(),
        st.tuples(NUMBERS.map(lambda kind: kind.type), st.none(), st.none()),
    ),
    max_size=3,
)


def write_attributes(target, attributes):
    for name, value in attributes.items():
        kind, raw, expected = value
        if kind is None:
            target.attrs.create(name, expected, dtype=h5py.string_dtype())
            continue
        space = h5py.h5s.create(h5py.h5s.NULL) if raw is None else h5py.h5s.create_simple(raw.shape)
        made = h5py.h5a.create(target.id, name.encode(), kind, space)
        if raw is not None and raw.size:
            made.write(np.ascontiguousarray(raw).reshape(raw.shape), mtype=kind)


def array_of(value):
    """The array that an attribute's JSON stands for, by docs and not by the code under test."""
    if isinstance(value, dict):
        shape = value.get("@shape", () if isinstance(value.get("@value"), str) else None)
        if value["@dtype"] in ("bytes", "U1"):
            texts = [value["@value"]] if isinstance(value["@value"], str) else value["@value"]
            if value["@dtype"] == "bytes":
                texts = [text.encode("latin-1") for text in texts]
            return np.array(texts, object).reshape(len(texts) if shape is None else shape)
        dtype = np.dtype(value["@dtype"])
        if "@hex" in value:
            little = np.frombuffer(bytes.fromhex(value["@hex"]), dtype.newbyteorder("<"))
            return little.astype(dtype).reshape(shape)
        return np.array(value["@value"], dtype).reshape(shape)
    return np.array(value, object) if is_text(value) else np.array(value)


def is_text(value):
    while isinstance(value, list):
        value = value[0]
    return isinstance(value, str)


def equal(found, expected):
    if expected.dtype == object:
        return found.shape == expected.shape and [*found.flat] == [*expected.flat]
    return same_bits(found, expected)


def check_attributes(path, found, attributes, skipped):
    left = dict(found)
    for name, (_, raw, expected) in attributes.items():
        if expected is None and raw is not None:
            assert f"{path}@{name}" in skipped
        elif expected is None:
            assert left.pop(name) is None
        elif expected.dtype.kind in "mM":
            assert f"{path}@{name}" in skipped
        else:
            assert equal(array_of(left.pop(name)), expected), name
    assert not left


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_what_h5py_writes_is_equal_in_every_sample_attribute_and_name(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("h5")
    paths = data.draw(st.dictionaries(st.tuples(st.sampled_from(["", "g/", "g/é/"]), NAMES).map("".join), elements(st.one_of(NUMBERS, TIMES, OTHERS)), min_size=1, max_size=3))  # fmt: skip
    paths = {path: value for path, value in paths.items() if path not in ("g", "g/é")}
    given_attributes = {}
    libver = data.draw(st.sampled_from(["earliest", "latest", "v108"]))
    with h5py.File(folder / "a.h5", "w", libver=libver) as file:
        for path, (kind, raw, _) in paths.items():
            group = file.require_group(path.rpartition("/")[0] or "/")
            name = path.rpartition("/")[2].encode()
            plan = data.draw(plans(raw, kind))
            made = h5py.h5d.create(group.id, name, kind, h5py.h5s.create_simple(raw.shape), plan)
            if raw.size:
                made.write(ALL, ALL, raw, mtype=kind)
            given_attributes[path] = data.draw(ATTRIBUTES)
        for group in ("", "g", "g/é"):
            if not group or group in file:
                given_attributes[group] = data.draw(ATTRIBUTES)
        for path, attributes in given_attributes.items():
            write_attributes(file[f"/{path}"], attributes)
    if not paths:
        with pytest.raises(FormatError, match="no datasets"):
            _convert.read(folder / "a.h5")
        return
    content = _convert.read(folder / "a.h5")
    for path, (_, _, expected) in paths.items():
        assert (path in content.skipped) == (expected is None), content.skipped
        if expected is not None:
            assert same_bits(content.arrays.pop(path), expected)
            check_attributes(path, content.attrs.get(path, {}), given_attributes[path], content.skipped)  # fmt: skip
    assert not content.arrays
    groups = dict(content.metadata.pop("@groups", {}))
    check_attributes("", content.metadata, given_attributes[""], content.skipped)
    for group in ("g", "g/é"):
        check_attributes(group, groups.pop(group, {}), given_attributes.get(group, {}), content.skipped)  # fmt: skip
    assert not groups


@settings(max_examples=40, deadline=None)
@given(value=elements(NUMBERS), attributes=ATTRIBUTES)
def test_what_is_read_goes_through_a_picture_and_back_to_hdf5(tmp_path_factory, value, attributes):
    folder = tmp_path_factory.mktemp("h5")
    kind, raw, expected = value
    with h5py.File(folder / "a.h5", "w") as file:
        made = h5py.h5d.create(file.id, b"x", kind, h5py.h5s.create_simple(raw.shape))
        if raw.size:
            made.write(ALL, ALL, raw, mtype=kind)
        write_attributes(file["x"], attributes)
        write_attributes(file, attributes)
    content = _convert.read(folder / "a.h5")
    picture = ig.dumps(content.arrays, attrs=content.attrs, metadata=content.metadata)
    with ig.open(io.BytesIO(picture)) as stored:
        found = stored["x"][...]
        back = _convert.Content({"x": found}, {"x": stored["x"].attrs}, stored.metadata)
    assert same_bits(found, expected)
    check_attributes("x", back.attrs.get("x", {}), attributes, content.skipped)
    _convert.write(folder / "b.h5", "h5", back)
    again = _convert.read(folder / "b.h5")
    assert same_bits(again.arrays["x"], expected)
    assert json.dumps(again.attrs.get("x", {}), sort_keys=True) == json.dumps(back.attrs["x"], sort_keys=True)  # fmt: skip
    assert json.dumps(again.metadata, sort_keys=True) == json.dumps(back.metadata, sort_keys=True)
