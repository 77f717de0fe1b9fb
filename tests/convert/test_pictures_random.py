"""Pictures of random content, written by other libraries: every sample as it was given to them.

The oracle is what the writer was given, never what Pillow reads back: it rescales and converts.
"""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image
from tests.convert import raster_files as make
from tests.format.png_oracle import FORMS, SAMPLES, write_oracle_png
from tests.support import same_bits

from intaglio import _convert
from intaglio._convert.base import ReadOptions

SIDES = st.integers(1, 19)
BITS = st.integers(0, 2**32).map(np.random.default_rng)
SOME = settings(deadline=None, max_examples=60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pictures")


def read(folder, name, data, **options):
    (folder / name).write_bytes(data)
    return _convert.read(folder / name, ReadOptions(**options))


def array_of(folder, name, data, **options):
    (array,) = read(folder, name, data, **options).arrays.values()
    return array


def samples(draw, channels, dtype, highest=None):
    """Random samples (H, W) or (H, W, channels), 0 to `highest`."""
    shape = (draw(SIDES), draw(SIDES)) + ((channels,) if channels > 1 else ())
    top = np.iinfo(dtype).max if highest is None else highest
    return draw(BITS).integers(0, top, shape, dtype, endpoint=True)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@SOME
@given(data=st.data(), form=st.sampled_from(FORMS), interlaced=st.booleans())
def test_a_png_of_any_form_and_filters_gives_the_samples_it_was_made_of(
    folder, data, form, interlaced
):
    colour, depth = form
    array = samples(data.draw, SAMPLES[colour], "u2", 2**depth - 1)
    palette = data.draw(BITS).integers(0, 256, (2**depth, 3), np.uint8) if colour == 3 else None
    rows = array.reshape(*array.shape[:2], -1)
    raw = write_oracle_png(
        [[tuple(map(int, pixel)) for pixel in row] for row in rows],
        depth,
        colour,
        filters=tuple(data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=5))),
        interlaced=interlaced,
        palette=None if palette is None else palette.tobytes(),
    )
    kind = "?" if (depth, colour) == (1, 0) else "u2" if depth == 16 else "u1"
    if palette is None:
        assert same_bits(array_of(folder, "a.png", raw), array.astype(kind))
        return
    assert same_bits(array_of(folder, "a.png", raw), palette[array])
    assert same_bits(array_of(folder, "a.png", raw, indices=True), array.astype("u1"))


MODES = {"L": (1, "u1"), "LA": (2, "u1"), "RGB": (3, "u1"), "RGBA": (4, "u1"), "I;16": (1, "u2")}


@SOME
@given(data=st.data(), mode=st.sampled_from([*MODES]))
def test_a_png_of_pillow_gives_the_samples_that_pillow_was_given(folder, data, mode):
    array = samples(data.draw, *MODES[mode])
    image = Image.frombytes(mode, array.shape[1::-1], array.tobytes())
    raw = saved(image, "PNG", compress_level=data.draw(st.integers(0, 9)))
    assert same_bits(array_of(folder, "a.png", raw), array)


@SOME
@given(data=st.data(), colours=st.integers(1, 256), kind=st.sampled_from(["PNG", "BMP", "GIF"]))
def test_a_palette_of_pillow_gives_colours_or_indices(folder, data, colours, kind):
    array = samples(data.draw, 1, "u1", colours - 1)
    palette = data.draw(BITS).integers(0, 256, (colours, 3), np.uint8)
    image = Image.frombytes("P", array.shape[::-1], array.tobytes())
    image.putpalette(palette.tobytes())
    raw = saved(image, kind, **({"optimize": False} if kind == "GIF" else {}))
    name = f"a.{kind.lower()}"
    assert same_bits(array_of(folder, name, raw), palette[array])
    content = read(folder, name, raw, indices=True)
    assert same_bits(content.arrays[""], array)
    assert content.attrs[""]["palette"][:colours] == palette.tolist()


@SOME
@given(data=st.data(), kind=st.sampled_from(["PNG", "BMP", "PPM"]))
def test_single_bits_of_pillow_are_the_bits_of_the_file(folder, data, kind):
    bits = samples(data.draw, 1, "u1", 1).astype(bool)
    raw = saved(Image.fromarray(bits), kind)
    if kind == "BMP":  # a palette of black and white
        assert same_bits(array_of(folder, "a.bmp", raw, indices=True), bits.astype("u1"))
        grey = np.where(bits, np.uint8(255), np.uint8(0))
        assert same_bits(array_of(folder, "a.bmp", raw), np.stack([grey] * 3, axis=-1))
    else:  # of a bitmap of netpbm 1 is black
        found = array_of(folder, f"a.{kind.lower()}", raw)
        assert same_bits(found, ~bits if kind == "PPM" else bits)


@SOME
@given(data=st.data(), mode=st.sampled_from(["L", "RGB", "RGBA"]))
def test_a_bmp_of_pillow_gives_the_samples_that_pillow_was_given(folder, data, mode):
    array = samples(data.draw, *MODES[mode])
    raw = saved(Image.frombytes(mode, array.shape[1::-1], array.tobytes()), "BMP")
    if mode == "L":  # 256 greys are its palette
        assert same_bits(array_of(folder, "a.bmp", raw, indices=True), array)
        array = np.stack([array] * 3, axis=-1)
    assert same_bits(array_of(folder, "a.bmp", raw), array)


@SOME
@given(data=st.data(), mode=st.sampled_from(["L", "RGB", "I;16"]))
def test_a_netpbm_of_pillow_gives_the_samples_that_pillow_was_given(folder, data, mode):
    array = samples(data.draw, *MODES[mode])
    raw = saved(Image.frombytes(mode, array.shape[1::-1], array.tobytes()), "PPM")
    assert same_bits(array_of(folder, "a.pnm", raw), array)


@SOME
@given(data=st.data(), highest=st.integers(1, 65535), channels=st.sampled_from([1, 3]))
def test_a_netpbm_of_any_maximum_gives_the_samples_that_it_was_made_of(
    folder, data, highest, channels
):
    kind = np.uint16 if highest > 255 else np.uint8
    array = samples(data.draw, channels, kind, highest)
    plain = data.draw(st.booleans())
    magic = (2 if channels == 1 else 3) if plain else (5 if channels == 1 else 6)
    comment = data.draw(st.sampled_from([b"", b"# made\n"]))
    raw = make.netpbm(magic, array, highest, plain=plain, comment=comment)
    assert same_bits(array_of(folder, "a.pnm", raw), array)
    deep = np.atleast_3d(array)
    pam = array_of(folder, "a.pam", make.pam(deep, highest))
    assert same_bits(pam.reshape(deep.shape), deep)


@SOME
@given(
    array=hnp.arrays("f4", st.tuples(SIDES, SIDES), elements=st.floats(width=32)),
    scale=st.sampled_from([b"-1.0", b"1.0"]),
)
def test_a_pfm_gives_every_float(folder, array, scale):
    assert same_bits(array_of(folder, "a.pfm", make.pfm(array, scale)), array)
    finite = np.nan_to_num(array)
    raw = saved(Image.fromarray(finite), "PPM")
    assert same_bits(array_of(folder, "a.pfm", raw), finite)


@SOME
@given(data=st.data(), mode=st.sampled_from(["RGB", "RGBA"]))
def test_a_lossless_webp_gives_the_samples_that_pillow_was_given(folder, data, mode):
    array = samples(data.draw, *MODES[mode])
    image = Image.frombytes(mode, array.shape[1::-1], array.tobytes())
    raw = saved(image, "WEBP", lossless=True, exact=True)
    found = array_of(folder, "a.webp", raw)
    opaque = mode == "RGBA" and (array[..., 3] == 255).all()
    assert same_bits(found, array[..., :3] if opaque and found.shape[2] == 3 else array)


@SOME
@given(data=st.data(), suffix=st.sampled_from(["png", "bmp", "ppm", "tif"]))
def test_pictures_of_opencv_give_the_samples_that_it_was_given(folder, data, suffix):
    cv2 = pytest.importorskip("cv2")
    dtype = data.draw(st.sampled_from(["u1"] if suffix == "bmp" else ["u1", "u2"]))
    array = samples(data.draw, 3, dtype)
    plain = [cv2.IMWRITE_TIFF_COMPRESSION, 1] if suffix == "tif" else []
    done, raw = cv2.imencode(f".{suffix}", np.ascontiguousarray(array[..., ::-1]), plain)
    assert done
    assert same_bits(array_of(folder, f"a.{suffix}", raw.tobytes()), array)
