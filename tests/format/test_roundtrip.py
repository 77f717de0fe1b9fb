"""Round trips: arrays to PNG bytes and back, compared as bytes."""

import io

import cv2
import numpy as np
import oxipng
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.format.png_oracle import write_oracle_png
from tests.support import same_bits, special_arrays

import intaglio as ig
from intaglio._format.blocks import BlockForm
from intaglio._format.filters import filter_step
from intaglio._format.registry import PROFILES
from intaglio._packing.encoder import encode
from intaglio._packing.job import make_job

depths = st.tuples(*[st.integers(0, 8)] * 3, st.integers(0, 4)).filter(any)
profiles = st.sampled_from(sorted(PROFILES)) | depths
names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)
PHOTO = np.random.default_rng(5).integers(0, 256, (40, 50, 3), np.uint8)


@settings(deadline=None)
@given(special_arrays(), profiles)
@example(np.zeros((0, 2**40)), "opaque")
@example(np.array(np.nan), "rgba")
def test_an_array_is_read_back_in_every_profile(array, profile):
    assert same_bits(ig.loads(ig.dumps(array, profile=profile)), array)


@settings(deadline=None)
@given(
    st.dictionaries(names, special_arrays(), max_size=4),
    st.dictionaries(
        st.text(), st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)
    ),
    st.integers(1, 22),
)
def test_several_arrays_and_metadata_are_read_back_in_order(arrays, metadata, level):
    attrs = {name: {"unit": name} for name in list(arrays)[:2]}
    file = ig.dumps(arrays, metadata=metadata, attrs=attrs, level=level)
    back = ig.loads_dict(file)
    assert list(back) == list(arrays)
    assert all(same_bits(back[name], arrays[name]) for name in arrays)
    info = ig.info(io.BytesIO(file))
    assert info.metadata == metadata
    assert {a.name: a.attrs for a in info.arrays if a.attrs} == attrs


@settings(deadline=None)
@given(special_arrays(), profiles, st.booleans())
def test_a_cover_carries_the_array(array, profile, as_file):
    cover = io.BytesIO()
    Image.fromarray(PHOTO).save(cover, "BMP")
    cover.seek(0)
    file = ig.dumps(array, cover=cover if as_file else PHOTO, profile=profile, enlarge=True)
    assert same_bits(ig.loads(file), array)


CHAINS = [
    (), ("order",), ("zigzag",), ("shuffle",), ("bytedelta",), (("delta", 1),), (("lorenzo", 1, 65),),
    ("order", ("delta", 2), "zigzag", "shuffle", "bytedelta"), ("order", ("lorenzo", 2, 130), "shuffle"),
    (("delta", 2**32 - 1), "bytedelta"), (("decimal", 2), ("delta", 1), "shuffle"),
]  # fmt: skip


@settings(deadline=None)
@given(
    special_arrays(shapes=st.sampled_from([(33, 65), (3,), (2, 3, 70)])),
    st.sampled_from(CHAINS),
    st.integers(0, 1),
    st.integers(64, 2000),
)
def test_every_filter_codec_and_block_length_is_read_back(array, chain, codec, block_bytes):
    steps = tuple(filter_step(s) if isinstance(s, str) else filter_step(*s) for s in chain)
    width = array.dtype.itemsize // (2 if array.dtype.kind == "c" else 1)
    assume((array.dtype.kind in "fc" and width >= 4) or ("decimal", 2) not in chain)
    job = make_job({"profile": "raw"}, None)
    form = BlockForm(steps, width, codec)
    job = type(job)(job.depths, job.level, job.look, form=form, block_bytes=block_bytes)
    out = io.BytesIO()
    encode({"data": array}, job).write(out)
    assert same_bits(ig.loads(out.getvalue()), array)
    (info,) = ig.info(io.BytesIO(out.getvalue())).arrays
    assert len(info.filters) == len(chain)


@given(special_arrays(), profiles)
@settings(deadline=None)
def test_arrays_embedded_in_pixels_are_extracted(array, profile):
    pixels = np.full((180, 190, 3), 200, np.uint8)
    try:
        carrying = ig.embed(pixels, {"a": array, "b": array}, profile=profile)
    except ig.EncodeError as problem:
        assert problem.reason == ig.Reason.CAPACITY_EXCEEDED
        return
    assert carrying.shape[:2] == pixels.shape[:2]
    back = ig.extract(carrying)
    assert same_bits(back["a"], array)
    assert same_bits(back["b"], array)


def smooth(shape=(300, 400), dtype="f4"):
    y, x = np.mgrid[: shape[0], : shape[1]] / 37
    return (np.sin(x) * np.cos(y)).astype(dtype)


def test_the_same_input_gives_the_same_bytes():
    assert ig.dumps(smooth(), metadata={"b": 1, "a": 2}) == ig.dumps(
        smooth(), metadata={"b": 1, "a": 2}
    )


def pixels_of(file):
    with Image.open(io.BytesIO(file)) as image:
        return np.asarray(image.convert("RGBA"))


def saved(image, **options):
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def by_opencv(file):
    pixels = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)
    return cv2.imencode(".png", pixels)[1].tobytes()


def by_oxipng(**options):
    return lambda file: oxipng.optimize_from_memory(file, level=2, **options)


RESAVED = {
    "Pillow RGB": lambda f: saved(Image.fromarray(pixels_of(f)[..., :3])),
    "Pillow RGBA": lambda f: saved(Image.fromarray(pixels_of(f))),
    "Pillow optimised": lambda f: saved(Image.fromarray(pixels_of(f)[..., :3]), optimize=True),
    "OpenCV": by_opencv,
    "oxipng": by_oxipng(),
    "oxipng, stripped and interlaced": by_oxipng(
        interlace=oxipng.Interlacing.Adam7, strip=oxipng.StripChunks.all()
    ),
    "16 bits": lambda f: write_oracle_png(pixels_of(f).astype(np.uint16) * 257, 16, 6),
    "16 bits with other low bytes": lambda f: write_oracle_png(
        pixels_of(f)[..., :3].astype(np.uint16) * 256 + 77, 16, 2
    ),
}


@pytest.mark.parametrize("resave", RESAVED.values(), ids=RESAVED.keys())
@pytest.mark.parametrize("array", [smooth((60, 70)), np.arange(5), np.zeros((9, 9))])
def test_a_file_saved_again_without_loss_gives_the_same_arrays(resave, array):
    file = resave(ig.dumps(array, metadata={"a": 1}))
    assert same_bits(ig.loads(file), array)
    assert ig.verify(io.BytesIO(file)).echo == "intact"


def test_a_file_of_few_colours_is_still_readable_as_a_palette_png():
    pixels = np.full((60, 60, 3), 128, np.uint8)
    carrying = ig.embed(pixels, np.arange(9, dtype="u1"), profile=(1, 0, 0, 0))
    colours = np.unique(carrying.reshape(-1, 3), axis=0)
    assert len(colours) <= 256
    codes = {tuple(colour): code for code, colour in enumerate(colours.tolist())}
    rows = [[(codes[tuple(pixel)],) for pixel in row] for row in carrying.tolist()]
    file = write_oracle_png(rows, 8, 3, palette=colours.tobytes(), filters=(0, 1, 2, 3, 4))
    assert ig.loads(file).tolist() == list(range(9))
