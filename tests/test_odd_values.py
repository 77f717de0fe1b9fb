"""Odd values for every keyword of every public function raise the documented errors only."""

import inspect
import io
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import intaglio as ig
from intaglio import DecodeError, EncodeError, Reason
from intaglio._options import Options
from intaglio.cli.exit_codes import in_options

A = np.arange(12.0).reshape(3, 4)
PNG = ig.dumps(A)
ODD = (
    *(True, False, 0, -1, 1, 2.5, 3, 10**400, -(10**400), 10**5000, 2**63, math.nan, math.inf),
    *(-math.inf, 1e308, -1e308, 5e-324, Fraction(1, 3), Fraction(10**400, 3), Decimal(1), 1j, "x"),
    *("", "1", "\0", "\ud800", b"x", (), [], {}, set(), object(), np.arange(2), np.array(1.0)),
    *(np.float16(1), np.float32("inf"), np.float64("nan"), np.int8(-1), np.uint64(2**64 - 1)),
    *(np.bool(True), np.longdouble(1), ["a"], [None], {"a": 1}, {1: 2}, {"data": 1}, [1, [2]]),
    *((3, 2, 3, 0.5), (math.nan,) * 4, (10**400,) * 4, (True,) * 4, np.datetime64("now"), ...),
)
NUMBERS = ("vmin", "vmax", "vcenter", "linthresh", "scale", "pixels_max", "side_max", "side_min")


@pytest.mark.parametrize("option", sorted(Options.__annotations__))
def test_every_keyword_accepts_odd_values_or_raises_an_error_that_names_it(option):
    for value in ODD:
        try:
            # A small side_max bounds the work: side_min alone may ask for 2^26 pixels.
            raw = ig.dumps(A, **{"side_max": 64, "side_min": 1, option: value})
        except EncodeError as problem:
            if problem.reason == Reason.OPTION_INVALID:
                assert problem.option == option, (value, problem)
                assert option in problem.detail or option in ("profile", "cmap"), (value, problem)
            continue
        except (TypeError, OSError) as problem:
            assert "unsupported operand" not in str(problem), value
            assert "not supported between" not in str(problem), value
            continue
        assert ig.loads(raw).tobytes() == A.tobytes()


@pytest.mark.parametrize("option", NUMBERS)
@pytest.mark.parametrize("value", [10**400, -(10**400), 10**5000], ids=["large", "low", "larger"])
def test_errors_for_numbers_beyond_float_name_the_option(option, value):
    with pytest.raises(EncodeError) as caught:
        ig.dumps(A, **{option: value})
    assert (caught.value.reason, caught.value.option) == (Reason.OPTION_INVALID, option)
    assert caught.value.detail.startswith(f"{option}= is ")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("linthresh", 0),
        ("linthresh", -1.0),
        ("scale", 1e308),
        ("scale", 2.0**31),
        ("scale", 0),
        ("side_min", 2**31),
        ("side_min", 0),
        ("level", 0),
        ("level", 23),
        ("level", 10**5000),
        ("effort", "slow"),
        ("profile", "thick"),
        ("profile", (9, 0, 0, 0)),
        ("profile", (10**5000, 0, 0, 0)),
        ("origin", "left"),
        ("cmap", "nomap"),
        ("cmap", [[1, 2, 3], [1]]),
        ("vmin", math.nan),
        ("vmax", np.float32("inf")),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_errors_for_values_out_of_range_name_the_option(option, value):
    with pytest.raises(EncodeError) as caught:
        ig.dumps(A, **{option: value})
    assert (caught.value.reason, caught.value.option) == (Reason.OPTION_INVALID, option)


@pytest.mark.parametrize("scalar", [np.array(3), np.array(3, object), np.ma.masked], ids=repr)
def test_a_scalar_array_is_refused_as_profile(scalar):
    with pytest.raises(TypeError, match="profile= is a name or four depths, not "):
        ig.dumps(A, profile=scalar)


def test_numpy_scalars_are_accepted_as_numbers_and_bools():
    plain = ig.dumps(A, vmin=1, vmax=7.5, side_min=300, level=3, badge=True, profile=(3, 2, 3, 0))
    assert plain == ig.dumps(
        A,
        vmin=np.int8(1),
        vmax=np.float32(7.5),
        side_min=np.uint16(300),
        level=np.int64(3),
        badge=np.bool(True),
        profile=np.array([3, 2, 3, 0]),
    )


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("option", ["dpi", "format", "colorbar", "origin", "vmin"])
def test_imsave_refuses_odd_values_with_a_clear_message(option, value):
    if option == "colorbar" and value is True:
        return  # what a frame needs is tested with the figures
    try:
        ig.imsave(io.BytesIO(), A, **{option: value})
    except EncodeError as problem:
        assert problem.option == option
    except TypeError as problem:
        assert f"{option}= is " in str(problem)


@pytest.mark.parametrize("option", ["linthresh", "vcenter", "side_min", "scale", "badge", "effort"])
def test_on_the_command_line_the_same_error_names_the_option(option):
    value = "slow" if option == "effort" else math.nan if option != "side_min" else 0
    with pytest.raises((EncodeError, TypeError)) as caught:
        ig.dumps(A, **{option: value})
    told = in_options(getattr(caught.value, "detail", str(caught.value)))
    assert f"{option}=" not in told
    assert f"--{option.replace('_', '-')} " in told or option == "effort"


@pytest.mark.parametrize("limit", ["pixels_max", "output_bytes_max"])
def test_limits_must_be_whole_numbers(limit):
    for value in (math.nan, "3", 2.5, True, np.float64(3), object()):
        with pytest.raises(TypeError, match=f"{limit}= of Limits is a whole number"):
            ig.Limits(**{limit: value})
    with pytest.raises(DecodeError) as caught:
        ig.loads(PNG, limits=ig.Limits(**{limit: np.int64(1)}))
    assert caught.value.reason == Reason.LIMIT_EXCEEDED
    assert ig.loads(PNG, limits=ig.Limits(**{limit: 10**400})).tobytes() == A.tobytes()


READERS = (
    *(ig.load, ig.imread, ig.load_dict, ig.open, ig.info, ig.verify, ig.is_intaglio),
    *(ig.load_figure, lambda f: ig.diff(f, f), lambda f: ig.strip(f, io.BytesIO())),
    *(lambda f: ig.restore(f, io.BytesIO()), lambda f: ig.recolor(f, io.BytesIO())),
)
WRITERS = (
    *(lambda f: ig.save(f, A), lambda f: ig.imsave(f, A)),
    *(lambda f: ig.strip(io.BytesIO(PNG), f), lambda f: ig.recolor(io.BytesIO(PNG), f)),
)


class NoMethods:
    """Neither read nor write."""


class ReadsText(io.RawIOBase):
    def read(self, count=-1):
        return "text"


class BytesPath:
    def __fspath__(self):
        return b"m.png"


def closed():
    stream = io.BytesIO(PNG)
    stream.close()
    return stream


@pytest.mark.parametrize("call", [*READERS, *WRITERS, lambda f: ig.dumps(A, cover=f)])
def test_arguments_that_are_not_files_raise_type_error_or_oserror(call, tmp_path):
    for make, error, words in (
        (lambda: "a\0.png", OSError, "NUL|null"),
        (lambda: "\ud800.png", OSError, "no file"),
        (lambda: tmp_path / "a\0b.png", OSError, "NUL|null"),
        (closed, OSError, "closed"),
        (NoMethods, TypeError, "a path"),
        (lambda: 5, TypeError, "a path"),
        (lambda: None, TypeError, "a path"),
        (lambda: io.StringIO("x"), TypeError, "'rb'|binary|bytes"),
    ):
        file = make()
        if file is None and call is not READERS[0]:
            continue  # cover=None is the default
        with pytest.raises(error, match=words):
            call(file)


@pytest.mark.parametrize("call", READERS)
def test_bytes_paths_and_text_streams_raise_type_error(call):
    with pytest.raises(TypeError, match="str"):
        call(BytesPath())
    with pytest.raises(TypeError, match="str"):
        call(ReadsText())


def test_every_public_function_that_takes_a_file_is_tested_here():
    functions = {name for name in ig.__all__ if inspect.isfunction(getattr(ig, name))}
    assert functions == {
        *("capture", "diff", "dumps", "embed", "extract", "imread", "imsave", "info"),
        *("is_intaglio", "load", "load_dict", "load_figure", "loads", "loads_dict", "open"),
        *("plan", "recolor", "restore", "save", "savefig", "strip", "verify"),
    }


@pytest.mark.parametrize("keyword", ["metadata", "attrs", "profile", "level"])
def test_embed_and_savefig_refuse_odd_values_too(keyword):
    pixels = np.full((64, 64, 3), 200, np.uint8)
    for value in ODD:
        try:
            ig.embed(pixels, A, **{keyword: value})
        except EncodeError as problem:
            assert problem.option in (keyword, None)
        except TypeError as problem:
            assert "not supported between" not in str(problem)


@pytest.mark.parametrize("pixels", [None, 5, [[1]], A, np.zeros((2, 2)), "x"])
def test_arguments_that_are_not_pixels_raise_type_error(pixels):
    with pytest.raises(TypeError, match="numpy array of uint8"):
        ig.embed(pixels, A)
    with pytest.raises(TypeError, match="numpy array of uint8"):
        ig.extract(pixels)


@pytest.mark.parametrize("name", [5, 2.5, b"data", ("data",)])
def test_a_name_that_is_not_a_string_raises_unknown_name_error(name):
    with pytest.raises(KeyError, match="no array named"):
        ig.loads(PNG, name)


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"x": 10**400}, r"metadata\['x'\] is a whole number of 401 digits"),
        ({"x": -(10**5000)}, r"metadata\['x'\] is a whole number of 5,001 digits"),
        ({"x": 10**309 - 1}, "309 digits"),
        ({"a": [1, {"b": 10**400}]}, r"metadata\['a'\]\[1\]\['b'\] is a whole number"),
        ({"a": math.nan}, r"metadata\['a'\] is nan"),
        ({"a": ["\ud800"]}, r"metadata\['a'\]\[0\] holds half of a surrogate pair"),
        ({"a": {"\udfff": 1}}, r"metadata\['a'\]: the key .* holds half of a surrogate pair"),
        ({"a": {5: 1}}, r"metadata\['a'\]: the key 5 is int, not a string"),
        ({"a": {10**5000: 1}}, r"metadata\['a'\]: a key is int, not a string"),
        ({"a": {"b": {1, 2}}}, r"metadata\['a'\]\['b'\] is of type set"),
        ({"a": np.float64("inf")}, r"metadata\['a'\] is inf"),
    ],
    ids=range(11),
)  # fmt: skip
def test_the_error_for_values_beyond_json_names_their_keys(metadata, words):
    with pytest.raises(EncodeError, match=words) as caught:
        ig.dumps(A, metadata=metadata)
    assert caught.value.reason == Reason.METADATA_INVALID
    with pytest.raises(EncodeError, match=words.replace("metadata", "attrs of 'data'")):
        ig.dumps(A, attrs={"data": metadata})


def test_integers_up_to_the_largest_float_are_carried():
    metadata = {"x": 2**1023, "y": -(2**1023), "z": int(1.7e308)}
    out = io.BytesIO()
    ig.save(out, A, metadata=metadata)
    out.seek(0)
    assert ig.info(out).metadata == metadata
