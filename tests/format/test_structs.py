"""The records read by our compiled construct code, compared with plain construct."""

import construct as cs
from hypothesis import given, settings
from hypothesis import strategies as st

from intaglio._format.structs import (
    ArrayFields,
    ExtensionFields,
    HeaderFields,
    RecordError,
    build_header,
    layouts,
    parse_header,
    parse_prologue,
)

small = st.integers(0, 255)
words = st.integers(0, 2**32 - 1)
data = st.binary(max_size=9)
arrays = st.fixed_dictionaries(
    {
        "name": data,
        "element": small,
        "unit": small,
        "unit_count": words,
        "shape": st.lists(st.integers(0, 2**64 - 1), max_size=4),
        "filters": st.lists(st.tuples(small, data), max_size=3),
        "codec": small,
        "block_length": words,
        "block_count": words,
        "digest": st.binary(min_size=32, max_size=32),
        "metadata": data,
    }
)
extensions = st.fixed_dictionaries(
    {"type": st.integers(0, 2**16 - 1), "flags": small, "data": data}
)


@st.composite
def headers(draw):
    some = draw(st.lists(arrays, max_size=3))
    more = draw(st.lists(extensions, max_size=2))
    records = [ArrayFields(**fields) for fields in some], [ExtensionFields(**f) for f in more]
    return build_header(HeaderFields(draw(data), *records))


def plainly(raw):
    """As construct reads it; built again it must give the same bytes (it reads beyond the end)."""
    header = layouts().header
    try:
        fields = header.parse(raw[:-4])
        if header.build(fields) != raw[:-4]:
            return None
    except cs.ConstructError:
        return None
    return (
        fields.metadata,
        [
            (
                *(a.name, a.element, a.unit, a.unit_count, tuple(a.shape)),
                tuple((code, bytes(rest)) for code, rest in a.filters),
                *(a.codec, a.block_length, a.block_count, a.digest, a.metadata),
            )
            for a in fields.arrays
        ],
        [(e.type, e.flags, e.data) for e in fields.extensions],
    )


def plainly_built(header):
    """As construct writes it, from mappings."""
    counts = {"array_count": len(header.arrays), "extension_count": len(header.extensions)}
    lists = {
        name: [record._asdict() for record in getattr(header, name)]
        for name in ("arrays", "extensions")
    }
    return layouts().header.build({**counts, "metadata": header.metadata, **lists})


def fast(raw):
    try:
        return tuple(parse_header(raw))
    except RecordError:
        return None


@settings(deadline=None)
@given(headers())
def test_a_header_is_read_as_construct_reads_it(raw):
    assert fast(raw) == plainly(raw) is not None


@settings(deadline=None)
@given(headers())
def test_a_header_is_built_as_construct_builds_it(raw):
    assert plainly_built(parse_header(raw)) == raw[:-4]


@settings(max_examples=300, deadline=None)
@given(headers(), st.data())
def test_a_changed_header_is_read_or_refused_as_by_construct(raw, more):
    at = more.draw(st.integers(0, len(raw) - 5))
    kind = more.draw(st.sampled_from(("cut", "grown", "changed")))
    tail = raw[-4:]
    body = raw[:-4]
    if kind == "cut":
        body = body[:at]
    elif kind == "grown":
        body = body[:at] + more.draw(st.binary(min_size=1, max_size=4)) + body[at:]
    else:
        body = body[:at] + bytes([more.draw(small)]) + body[at + 1 :]
    assert fast(body + tail) == plainly(body + tail)


@given(st.binary(min_size=76, max_size=80))
def test_a_prologue_is_read_as_construct_reads_it(raw):
    fields, plain = parse_prologue(raw), layouts().prologue.parse(raw)
    assert list(fields.depths) == list(plain.depths)
    names = [name for name in fields._fields if name != "depths"]
    assert [getattr(fields, name) for name in names] == [plain[name] for name in names]
