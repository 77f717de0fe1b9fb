"""The public Python functions: saving, loading, lazy files, pixels, and their errors."""

import inspect
import io
import json
from pathlib import Path

import ml_dtypes
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.support import reason_of, same_bits

import intaglio as ig
from intaglio import EncodeError, Reason
from intaglio._options import Options

A = np.random.default_rng(0).uniform(-1, 1, (96, 96))
CUBE = np.arange(7 * 50 * 60, dtype="f4").reshape(7, 50, 60)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.png"


def test_imsave_has_the_positional_arguments_of_plt_imsave():
    from matplotlib import pyplot as plt

    theirs = list(inspect.signature(plt.imsave).parameters)[:2]
    ours = list(inspect.signature(ig.imsave).parameters)
    assert ours[:2] == theirs
    assert ours[2:8] == ["vmin", "vmax", "cmap", "format", "origin", "dpi"]


def test_the_seed_case_is_read_back_exactly_and_looks_as_plt_imsave_shows_it(path, tmp_path):
    from matplotlib import pyplot as plt

    ig.imsave(path, A, cmap="rainbow")
    assert same_bits(ig.imread(path), A)
    plt.imsave(tmp_path / "plain.png", A, cmap="rainbow")
    with Image.open(path) as ours, Image.open(tmp_path / "plain.png") as plain:
        assert ours.size == (288, 288)
        assert ours.mode == "RGB"
        grown = plain.convert("RGB").resize(ours.size, Image.Resampling.NEAREST)
        difference = np.asarray(ours, float) - np.asarray(grown, float)
    psnr = 10 * np.log10(255**2 / (difference**2).mean())
    assert psnr >= 39, "dB, over the whole picture, nearly all of which carries data"


def test_positional_options_of_imsave_are_used(path):
    ig.imsave(path, A, -2, 2, "gray", "png", "lower", 300, metadata={"k": [1]})
    assert same_bits(ig.imread(path), A)
    assert ig.info(path).metadata == {"k": [1]}
    with Image.open(path) as image:
        assert round(image.info["dpi"][0]) == 300


@pytest.mark.parametrize("name", ["m.jpg", "m.JPEG", "m.webp", "m", "m.png.jpg", "m.npy"])
def test_a_suffix_other_than_png_is_refused_and_nothing_is_written(tmp_path, name):
    with pytest.raises(EncodeError, match=r"only \.png") as caught:
        ig.save(tmp_path / name, A)
    assert caught.value.reason == Reason.FORMAT_UNSUPPORTED
    assert not list(tmp_path.iterdir())


def test_a_format_other_than_png_is_refused(path):
    with pytest.raises(EncodeError) as caught:
        ig.imsave(path, A, format="jpg")
    assert caught.value.reason == Reason.FORMAT_UNSUPPORTED


def test_paths_strings_and_file_objects_all_work(path):
    ig.save(str(path), A)
    stream = io.BytesIO()
    ig.save(stream, A)
    assert path.read_bytes() == stream.getvalue() == ig.dumps(A)
    assert same_bits(ig.load(str(path)), A)
    assert same_bits(ig.load(io.BytesIO(stream.getvalue())), A)
    assert same_bits(ig.loads(memoryview(stream.getvalue())), A)


@pytest.mark.parametrize("wrong", [b"bytes", 7, None])
def test_an_argument_that_is_not_a_file_raises_type_error(wrong):
    for verb in (ig.load, ig.load_dict, ig.info, ig.verify, ig.open, lambda f: ig.save(f, A)):
        with pytest.raises(TypeError):
            verb(wrong)


def test_a_missing_file_raises_oserror(tmp_path):
    for verb in (ig.load, ig.info, ig.verify, ig.open):
        with pytest.raises(FileNotFoundError):
            verb(tmp_path / "missing.png")


def test_load_returns_the_only_array_or_data_or_lists_the_names():
    assert same_bits(ig.loads(ig.dumps({"only": A})), A)
    assert same_bits(ig.loads(ig.dumps({"x": A[0], "data": A})), A)
    several = ig.dumps({"x": A, "y": A})
    assert same_bits(ig.loads(several, "y"), A)
    with pytest.raises(KeyError, match="'x', 'y'"):
        ig.loads(several)
    with pytest.raises(KeyError, match=r"no array named 'z'.*'x', 'y'"):
        ig.loads(several, "z")
    with pytest.raises(KeyError, match="no arrays"):
        ig.loads(ig.dumps({}, metadata={"a": 1}))
    assert ig.loads_dict(ig.dumps({})) == {}


def test_loaded_arrays_are_writable_and_own_their_values():
    a = ig.loads(ig.dumps(A))
    a += 1
    assert a.flags.writeable


@pytest.mark.parametrize("name", ["", "x" * 256, "a\nb", "\x9b", "\ud800"])
def test_illegal_array_names_are_refused(name):
    with pytest.raises(EncodeError) as caught:
        ig.dumps({name: A})
    assert caught.value.reason == Reason.NAME_INVALID


def test_a_name_that_is_not_a_string_raises_type_error():
    with pytest.raises(TypeError):
        ig.dumps({1: A})


@pytest.mark.parametrize(
    "options",
    [
        {"profile": "no"},
        {"profile": (9, 0, 0, 0)},
        {"profile": (0, 0, 0, 0)},
        {"profile": (1, 2, 3)},
        {"level": 0},
        {"level": 23},
    ],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(EncodeError) as caught:
        ig.dumps(A, **options)
    assert caught.value.reason == Reason.OPTION_INVALID


def test_an_unknown_keyword_raises_type_error():
    with pytest.raises(TypeError):
        ig.dumps(A, colour="red")


def test_metadata_of_a_missing_array_is_refused():
    with pytest.raises(EncodeError, match="'y'") as caught:
        ig.dumps({"x": A}, attrs={"y": {"a": 1}})
    assert caught.value.reason == Reason.OPTION_INVALID


def test_the_error_for_a_small_cover_names_a_sufficient_size():
    with pytest.raises(EncodeError, match="needs") as caught:
        ig.dumps(A, cover=np.zeros((20, 30, 3), "u1"))
    assert caught.value.reason == Reason.CAPACITY_EXCEEDED


def test_info_reads_only_the_first_rows():
    class Counting(io.BytesIO):
        count = 0

        def read(self, size=-1):
            data = super().read(size)
            self.count += len(data)
            return data

    file = ig.dumps(np.random.default_rng(0).random((800, 800)))
    stream = Counting(file)
    info = ig.info(stream)
    assert stream.count < len(file) / 4
    assert not info.png_checked
    assert info.echo is None
    assert ig.verify(io.BytesIO(file)).png_checked


def test_info_converts_to_plain_json_values():
    info = ig.info(
        io.BytesIO(ig.dumps({"t": np.zeros(3, "M8[25s]"), "x": A}, attrs={"x": {"unit": "K"}}))
    )
    text = json.loads(json.dumps(info.to_dict()))
    assert text["arrays"][0]["dtype"] == "datetime64[25s]"
    assert text["arrays"][1]["attrs"] == {"unit": "K"}
    assert text["profile"] == "opaque"
    assert ig.info(io.BytesIO(ig.dumps(A, profile=(1, 2, 3, 0)))).profile == "1-2-3-0"


def test_every_file_has_the_hint_and_no_other_text_of_ours():
    file = ig.dumps(A, metadata={"a": 1})
    with Image.open(io.BytesIO(file)) as image:
        image.load()
        assert set(image.info) == {"Intaglio"}
        assert "intaglio.load" in image.info["Intaglio"]


# Lazy files

KEYS = [
    0, -1, 3, slice(None), slice(2, 5), slice(5, 2), slice(None, None, -1), slice(6, None, -2), slice(-3, None), slice(0, 0),
    ..., None, (1, 2), (slice(1, 3), 4), (slice(1, 4, 2), slice(None, None, 7), -1), (..., 5), (2, ..., slice(3)),
    (slice(2, 4), None, 3), [0, 2], (np.int64(2), [1, 3]), True, np.arange(7) % 2 == 0, (),
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_a_lazy_array_indexes_as_numpy_does(key):
    with ig.open(io.BytesIO(ig.dumps(CUBE))) as file:
        assert same_bits(np.asarray(file["data"][key]), np.asarray(CUBE[key]))


@given(st.slices(7), st.slices(50), st.slices(60))
def test_slices_of_a_lazy_array_are_slices_of_the_array(a, b, c):
    with ig.open(io.BytesIO(_CUBE_FILE)) as file:
        assert same_bits(file["data"][a, b, c], CUBE[a, b, c])


_CUBE_FILE = ig.dumps(CUBE)


def test_an_open_file_is_a_mapping_of_lazy_arrays(path):
    ig.save(path, {"x": A, "s": np.float32(3)}, metadata={"k": 1}, attrs={"x": {"u": "m"}})
    with ig.open(path) as file:
        assert list(file) == ["x", "s"]
        assert len(file) == 2
        assert "x" in file
        assert "y" not in file
        assert file.metadata == {"k": 1}
        assert file.info.arrays[0].name == "x"
        x = file["x"]
        assert (x.shape, x.ndim, x.dtype, x.size, len(x)) == (A.shape, 2, A.dtype, A.size, 96)
        assert x.nbytes == A.nbytes
        with pytest.raises(IndexError, match=r"index 96 is beyond .* 96"):
            x[96]
        assert x.attrs == {"u": "m"}
        assert same_bits(np.asarray(x), A)
        assert np.asarray(x, np.float32).dtype == np.float32
        assert file["s"][()] == 3
        assert "float64 (96, 96)" in repr(x)
        with pytest.raises(IndexError):
            x[96]
        with pytest.raises(KeyError, match="no array named 'y'"):
            file["y"]
        with pytest.raises(TypeError):
            len(file["s"])
        with pytest.raises(ValueError, match="copy"):
            np.array(x, copy=False)
        assert "open" in repr(file)
    assert "closed" in repr(file)
    with pytest.raises(ValueError, match="closed"):
        x[0]


def test_a_slice_reads_only_its_blocks():
    big = np.random.default_rng(0).integers(0, 2**16, (3000, 1024), np.uint16)
    file = bytearray(ig.dumps(big))
    at = len(file) * 9 // 10
    file[at : at + 100] = bytes(100)
    with ig.open(io.BytesIO(bytes(file))) as opened:
        assert same_bits(opened["data"][5:50], big[5:50])
        assert reason_of(lambda: opened["data"][2900:])


# Pixels


def test_embed_copies_the_pixels_and_extract_returns_the_arrays():
    pixels = np.full((100, 200, 3), 77, np.uint8)
    carrying = ig.embed(pixels, {"x": A[:20]}, metadata={"a": 1})
    assert (pixels == 77).all()
    assert same_bits(ig.extract(carrying)["x"], A[:20])
    assert np.abs(carrying.astype(int) - 77).max() <= 4
    opaque = np.dstack([pixels, np.full((100, 200), 255, np.uint8)])
    assert ig.embed(opaque, A[:20]).shape == (100, 200, 4)
    assert ig.embed(pixels, A[:20], profile="rgba").shape == (100, 200, 4)


@pytest.mark.parametrize(
    ("pixels", "error"),
    [
        (np.zeros((9, 9, 3)), TypeError),
        ([[[1, 2, 3]]], TypeError),
        (np.zeros((9, 9), "u1"), EncodeError),
        (np.zeros((9, 9, 2), "u1"), EncodeError),
        (np.zeros((0, 9, 3), "u1"), EncodeError),
    ],
)
def test_arguments_that_are_not_pixels_are_refused(pixels, error):
    with pytest.raises(error):
        ig.embed(pixels, A)
    with pytest.raises(error):
        ig.extract(pixels)


def test_transparent_pixels_are_refused_and_errors_for_small_pictures_name_what_is_missing():
    with pytest.raises(EncodeError, match="transparent"):
        ig.embed(np.zeros((99, 99, 4), "u1"), A)
    for side in (5, 99):
        with pytest.raises(EncodeError, match="needs") as caught:
            ig.embed(np.zeros((side, side, 3), "u1"), A)
        assert caught.value.reason == Reason.CAPACITY_EXCEEDED


def test_the_error_names_the_array_that_cannot_be_carried():
    for wrong in (np.zeros(3, "O"), [[1], [1, 2]], np.ma.masked_array([1, 2], [0, 1])):
        with pytest.raises(EncodeError, match="array 'wrong'") as caught:
            ig.dumps({"right": A, "wrong": wrong})
        assert caught.value.reason == Reason.DTYPE_UNSUPPORTED


@pytest.mark.parametrize("table", [
    pd.DataFrame({"id": [2**53 + 1], "x": [0.5]}),
    pd.DataFrame({"id": [1], "word": ["a"]}),
    pd.Series([2**53 + 1, None], dtype="Int64"),
    pd.array([True, None], dtype="boolean"),
])  # fmt: skip
def test_a_dataframe_that_numpy_would_convert_is_refused_with_a_hint_to_intaglio_pandas(table):
    with pytest.raises(EncodeError, match=r"intaglio\.pandas") as caught:
        ig.dumps(table)
    assert caught.value.reason == Reason.DTYPE_UNSUPPORTED


def test_a_dataframe_of_one_dtype_is_saved_as_a_matrix():
    table = pd.DataFrame({"a": [1, 2], "b": [3, 2**63 - 1]})
    assert same_bits(ig.loads(ig.dumps(table)), table.to_numpy())
    whole = pd.Series([2**53 + 1, 7], dtype="Int64")
    assert same_bits(ig.loads(ig.dumps(whole)), np.array([2**53 + 1, 7]))
    assert [*ig.loads_dict(ig.dumps(dict(table)))] == ["a", "b"]


@pytest.mark.parametrize(
    ("dtype", "hint"),
    [("V4", "uint8"), ("float8_e4m3fn", "uint8"), ("int4", "uint8"), ("f4,i2", "field")],
)
def test_the_error_for_an_unsupported_dtype_says_what_to_do(dtype, hint):
    kind = getattr(ml_dtypes, dtype, dtype)
    with pytest.raises(EncodeError, match=hint):
        ig.dumps(np.zeros(3, kind))


def test_the_error_for_an_unknown_keyword_lists_similar_ones():
    with pytest.raises(TypeError, match="'colormap'; close to it: cmap"):
        ig.dumps(A, colormap="rainbow")
    with pytest.raises(TypeError, match=r"'pil_kwargs'; there are attrs, .*, vmin"):
        ig.imsave(io.BytesIO(), A, pil_kwargs={})


def test_the_help_of_save_names_every_keyword():
    assert [name for name in Options.__annotations__ if name not in ig.save.__doc__] == []


def test_importing_intaglio_does_not_import_optional_libraries():
    import subprocess
    import sys

    code = "import sys, intaglio; print([m for m in ('matplotlib','ml_dtypes','h5py') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names_are_those_of_all():
    assert set(dir(ig)) == {*ig.__all__, "__version__"}
    assert all(getattr(ig, name).__doc__ for name in ig.__all__)
    assert Path(ig.__file__).with_name("py.typed").exists()


def test_a_plan_equals_what_save_writes():
    for options in ({}, {"profile": "rgba-dense"}, {"cover": np.zeros((400, 300, 3), "u1")}):
        plan = ig.plan(A, **options)
        info = ig.info(io.BytesIO(ig.dumps(A, **options)))
        assert (plan.width, plan.height, plan.profile) == (info.width, info.height, info.profile)
        assert plan.body_bytes == info.body_bytes <= plan.capacity_bytes
        assert plan.pixels_needed <= plan.width * plan.height
    assert "96x96" in ig.plan(A).shows
    assert round(ig.plan(A).psnr, 1) == 41.9
    assert ig.plan(A, profile=(0, 0, 0, 1), pixels_max=2**26).psnr == float("inf")
    with pytest.raises(EncodeError, match="needs"):
        ig.plan(A, cover=np.zeros((9, 9, 3), "u1"))
