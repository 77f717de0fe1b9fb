"""xarray: any dataset comes back with identical types and bits, or is refused by name."""

import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import same_bits

from intaglio import EncodeError

xr = pytest.importorskip("xarray")

import intaglio.xarray  # noqa: E402

NUMBERS = ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
TIMES = tuple(f"{kind}8[{unit}]" for kind in "Mm" for unit in ("s", "ms", "us", "ns"))
TEXTS = ("U1", "U5", "S1", "S4", "T", "O")
UNICODE = st.characters(codec="utf-8", exclude_characters="\0")


def again(data):
    out = io.BytesIO()
    data.intaglio.save(out)
    return intaglio.xarray.load(io.BytesIO(out.getvalue()))


def same_values(a, b):
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype.kind not in "OT":
        return same_bits(np.ascontiguousarray(a), np.ascontiguousarray(b))
    flat = zip(a.astype(object).flat, b.astype(object).flat, strict=True)
    return all((type(one), repr(one)) == (type(other), repr(other)) for one, other in flat)


@st.composite
def arrays(draw, shape):
    name = draw(st.sampled_from(NUMBERS + TIMES + TEXTS))
    dtype, size = np.dtype(name), int(np.prod(shape))
    if name == "O":
        items = st.one_of(st.text(UNICODE, max_size=3), st.just(np.nan), st.none())
    elif name[0] in "UT":
        items = st.text(UNICODE, max_size=5 if name == "T" else dtype.itemsize // 4)
    elif name[0] == "S":
        items = st.binary(max_size=dtype.itemsize)
    else:
        raw = draw(st.binary(min_size=size * dtype.itemsize, max_size=size * dtype.itemsize))
        raw = bytes(one & 1 for one in raw) if name == "?" else raw
        return np.frombuffer(raw, dtype).reshape(shape)
    made = np.empty(shape, dtype)
    for i in np.ndindex(*shape):
        made[i] = draw(items)
    return made


@st.composite
def datasets(draw):
    sizes = {dim: draw(st.integers(0, 3)) for dim in "xyz"}
    dataset = xr.Dataset(attrs={"a": draw(st.sampled_from([1, "b", np.float32(2), (1,), {"c"}]))})
    for i in range(draw(st.integers(1, 3))):
        dims = draw(st.permutations("xyz"))[: draw(st.integers(0, 3))]
        values = draw(arrays(tuple(sizes[dim] for dim in dims)))
        dataset[f"v{i}"] = (dims, values)
        if values.dtype.kind == "O":  # a Dataset turns None into NaN, but not when it is put later
            dataset[f"v{i}"].values[...] = values
    some = st.sets(st.sampled_from([name for name in dataset if dataset[name].ndim < 2] or ["v0"]))
    return dataset.set_coords(draw(some))


@settings(max_examples=300, deadline=None)
@given(datasets(), st.booleans())
def test_any_dataset_comes_back_or_is_refused_when_it_is_saved(dataset, as_array):
    data = dataset["v0"] if as_array else dataset
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            back = again(data)
        except EncodeError as problem:
            assert "half of a surrogate" in str(problem), problem
            return
    assert type(back) is type(data)
    old, new = ({"": data.variable, **data.coords}, {"": back.variable, **back.coords}) if as_array else (data.variables, back.variables)  # fmt: skip
    assert [*old] == [*new]
    for name in old:
        assert old[name].dims == new[name].dims
        assert same_values(old[name].values, new[name].values), name
    assert repr(back.attrs) == repr(data.attrs)
    assert {*back.xindexes} == {*data.xindexes}
