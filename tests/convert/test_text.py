"""Text files: each number that another library wrote is read as it is, or refused by its place."""

import csv
import shlex
import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import ml_dtypes
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support import quick, same_bits

import intaglio as ig
from intaglio import _convert
from intaglio._convert.base import Content, ReadOptions
from intaglio.errors import FormatError

EXAMPLES = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(folder, text, suffix="csv", **options):
    path = folder / f"file.{suffix}"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return _convert.read(path, ReadOptions(**options))


def refusal(folder, text, suffix="csv", **options):
    with pytest.raises(FormatError) as caught:
        read(folder, text, suffix, **options)
    return str(caught.value)


# What other libraries write

INTEGERS = st.integers(-(2**63), 2**64 - 1)
FLOATS = st.floats(width=64)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=20)
NUMBERS = st.one_of(INTEGERS, st.integers(-9, 9), FLOATS, DECIMALS, st.none())


def is_equal(cell, found):
    """Whether `found` is the number that the csv module wrote for `cell`."""
    if cell is None:
        return np.isnan(found)
    if isinstance(cell, Decimal):  # its own digits come back
        digits = len(cell.normalize().as_tuple().digits)
        return Decimal(f"{float(found):.{digits - 1}e}") == cell
    if isinstance(cell, float):
        return same_bits(np.float64(cell), np.float64(found)) or np.isnan(cell) == np.isnan(found)
    return int(found) == cell


@EXAMPLES
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(NUMBERS, min_size=width, max_size=width), min_size=1, max_size=5
        )
    ),
    st.booleans(),
    st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", ",")]),
)
def test_each_number_of_the_csv_module_is_read_or_refused(tmp_path, rows, named, dialect):
    delimiter, decimal = dialect
    names = [f"name {i}" for i in range(len(rows[0]))]
    with (tmp_path / "file.csv").open("w", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        if named:
            writer.writerow(names)
        for row in rows:
            writer.writerow(["" if c is None else str(c).replace(".", decimal) for c in row])
    options = ReadOptions(delimiter=delimiter, decimal=decimal)
    try:
        content = _convert.read(tmp_path / "file.csv", options)
    except FormatError:
        return
    skipped = {int(name[7:]) - 1 for name in content.skipped if name.startswith("column ")}
    skipped |= {names.index(name) for name in content.skipped if name in names}
    kept = [i for i in range(len(names)) if i not in skipped]
    if "" in content.arrays:
        columns = content.arrays[""].reshape(len(rows), -1).T
    else:
        columns = [content.arrays[names[i]] for i in kept]
    assert len(columns) == len(kept)
    for i, column in zip(kept, columns, strict=True):
        assert len(column) == len(rows)
        assert all(is_equal(row[i], cell) for row, cell in zip(rows, column, strict=True))
    if any(row[i] is None for row in rows for i in kept):
        assert any("read as NaN" in note for note in content.notes)


SERIES = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=3, max_size=3),
    st.lists(FLOATS, min_size=3, max_size=3),
    st.lists(st.booleans(), min_size=3, max_size=3),
    st.lists(st.sampled_from(["2024-02-29", "1999-12-31 23:59:59"]), min_size=3, max_size=3).map(
        lambda days: pd.to_datetime(days, format="ISO8601")
    ),
)


@EXAMPLES
@given(st.lists(SERIES, min_size=1, max_size=4), st.booleans())
def test_each_number_of_a_pandas_file_is_read_or_refused(tmp_path, series, indexed):
    frame = pd.DataFrame({f"c{i}": each for i, each in enumerate(series)})
    frame.to_csv(tmp_path / "file.csv", index=indexed)
    try:
        content = _convert.read(tmp_path / "file.csv")
    except FormatError:
        return
    if indexed:
        assert same_bits(content.arrays.pop("index"), np.arange(3))
    if "" in content.arrays:
        table = content.arrays[""].reshape(3, -1)
        found = dict(zip(frame.columns, table.T, strict=True))
    else:
        found = content.arrays
        assert {*found} | {*content.skipped} == {*frame.columns}
    for name, column in found.items():
        wanted = frame[name].to_numpy()
        if wanted.dtype.kind == "M":
            assert (column.astype(wanted.dtype) == wanted).all()
        elif wanted.dtype.kind == "f":
            assert same_bits(column + 0.0, np.where(np.isnan(wanted), np.nan, wanted) + 0.0)
        else:
            assert [int(value) for value in column] == [int(value) for value in wanted]


@EXAMPLES
@given(
    st.lists(st.lists(FLOATS, min_size=2, max_size=2), min_size=1, max_size=5),
    st.sampled_from([("csv", ","), ("tsv", "\t"), ("txt", " ")]),
    st.sampled_from(["%.18e", "%.17g", "%r", "%.20g", "%.40f"]),
)
def test_each_number_of_numpy_savetxt_is_read_or_refused(tmp_path, rows, form, fmt):
    suffix, delimiter = form
    array = np.array(rows)
    path = tmp_path / f"file.{suffix}"
    if fmt == "%r":
        np.savetxt(path, array, delimiter=delimiter, fmt="%s")
    else:
        np.savetxt(path, array, fmt=fmt, delimiter=delimiter, header="a b", comments="# ")
    try:
        content = _convert.read(path)
    except FormatError:
        assert fmt == "%.40f"  # it alone loses digits, of numbers near zero
        return
    found = content.arrays[""]
    if fmt == "%.40f":
        assert all(Decimal(f"{x:.40f}") == Decimal(f"{y:.40f}") for x, y in zip(array.flat, found.flat, strict=True) if np.isfinite(x))  # fmt: skip
    else:
        assert (found.astype(float) == array)[~np.isnan(array)].all()
        assert (np.isnan(found.astype(float)) == np.isnan(array)).all()


# C1 to C4: what would be lost or changed is refused

REFUSED = {
    "other delimiter and decimal sign": ("a;b\n1,5;2\n3,25;4\n", "csv", "line 2 has 2 cells"),
    "a column too many": ("x,y\n1,2,hello\n4,5,world\n", "csv", "line 2 has 3 cells, line 1 has 2"),
    "a delimiter at each line's end": ("x,y\n1,2,\n4,5,\n", "csv", "line 2 has 3 cells"),
    "a name too many": ("x,y,z\n1,2\n4,5\n", "csv", "line 2 has 2 cells, line 1 has 3"),
    "a name too many, tabs": ("x\ty\tz\n1\t2\n", "tsv", "line 2 has 2 cells, line 1 has 3"),
    "a name too many, spaces": ("x y z\n1 2\n", "txt", "line 2 has 2 cells, line 1 has 3"),
    "a short line": ("x,y\n1,2\n3\n", "csv", "line 3 has 1 cell, line 1 has 2"),
    "beyond float64": ("0.5\n1e400\n", "csv", "line 2, column 1 is 1e400, beyond float64"),
    "below float64": ("1e-400\n", "csv", "1e-400, which float64 cannot hold"),
    "below float64, not zero": ("3e-324\n", "csv", "3e-324, which float64 cannot hold"),
    "a long integer": ("9" * 23, "csv", "line 1, column 1 is 9999"),
    "a long integer among floats": ("0.5\n" + "9" * 23, "csv", "line 2, column 1: the integer"),
    "a signed integer": (
        f"-1\n{2**63}\n",
        "csv",
        "line 2, column 1 is 9223372036854775808, beyond",
    ),
    "an integer of float's end": ("0.5\n" + "9" * 400, "csv", "line 2, column 1 is 9"),
    "2^53 + 1 as a float": ("9007199254740993.0\n", "csv", "float64 cannot hold"),
    "a digit too many": ("1.0000000000000001\n", "csv", "float64 cannot hold"),
    "pi": ("3.14159265358979323846\n", "csv", "--dtype float64 rounds it"),
    "a million digits": ("9" * 10**6, "txt", "1,000,000 characters"),
    "a million digits and a letter": ("9" * 10**6 + "x", "txt", "1,000,001 characters"),
    "complex, rounded": ("1+0.12345678901234567891j\n", "csv", "float64 cannot hold"),
    "underscores": ("1\n1_000\n", "csv", "line 2, column 1 is '1_000', not a number"),
    "underscores in the first line": ("1_000\n2\n", "csv", "line 1 holds '1_000', not a number"),
    "thousands": ('1\n"1,000"\n', "csv", "line 2, column 1 is '1,000', not a number"),
    "thousands by no-break spaces": ("5 6\n1\xa0000 2\n", "txt", "line 2, column 1 is"),
    "thousands in the first line": ('"1,000"\n2\n', "csv", "line 1 holds '1,000'"),
    "hexadecimal": ("5\n0x1F\n", "csv", "line 2, column 1 is '0x1F'"),
    "hexadecimal in the first line": ("0x1F\n5\n", "csv", "line 1 holds '0x1F'"),
    "Fortran's exponent": ("1.5D+03\n5\n", "csv", "line 1 holds '1.5D+03'"),
    "a missing number in the first line": ("NA\n5\n", "csv", "line 1 holds 'NA'"),
    "digits of another script": ("5\n\u0661\n", "csv", "line 2, column 1 is '\\u0661'"),
    "a minus sign of Unicode": ("5\n\u22125\n", "csv", "line 2, column 1 is '\\u22125'"),
    "attoseconds of today": ("2024-01-01T00:00:00.123456789012345678\n", "csv", "cannot hold"),
    "nanoseconds of the year 3000": ("3000-01-01T00:00:00.123456789\n", "csv", "cannot hold"),
    "a day that is none": ("2024-02-30\n", "csv", "cannot hold"),
    "years as names or values": (
        ",2019,2020\n0,1.5,2\n",
        "csv",
        "line 1 begins with an empty cell",
    ),
    "a header alone": ("a,b\n", "csv", "line 1, column 1 is 'a'"),
    "blank lines": ("\n\n", "csv", "no numbers"),
    "comments alone": ("# 1\n", "txt", "no numbers"),
    "a NUL": ("1\0\n2\n", "csv", "line 1 holds a NUL"),
    "another encoding": (b"t\xe4g\n1\n", "csv", "line 1 is not text in UTF-8"),
    "UTF-16 without its mark": ("1\n2\n".encode("utf-16-le"), "csv", "line 1 holds a NUL"),
    "an open quote": ('1,"2\n3,4\n', "csv", "cannot be told apart"),
    "a huge cell": ("x" * 200_000, "csv", "cannot be told apart"),
    "an integer without a float, and a hole": (f'{2**53 + 1}\n""\n', "csv", "no exact float64"),
    "a hole in bools": ("True,False\nTrue,\n", "csv", "line 2, column 2 is empty"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_text_that_would_be_changed_is_refused_with_its_place(tmp_path, name):
    text, suffix, why = REFUSED[name]
    assert why in refusal(tmp_path, text, suffix)


@pytest.mark.parametrize(
    ("text", "suffix", "wanted"),
    [
        ("a;b\n1,5;2\n3,25;4\n", "csv", [[1.5, 2], [3.25, 4]]),
        ("1;2\n3;4\n", "csv", [[1, 2], [3, 4]]),
        ("1\t2,5\n3\t4\n", "tsv", [[1, 2.5], [3, 4]]),
        ("1, 2\n3, 4\n", "txt", [[1, 2], [3, 4]]),
        ("a|b\n1|2.5\n", "csv", [[1, 2.5]]),
        ("1,5 2\n3,25 4\n", "txt", [[1.5, 2], [3.25, 4]]),
        ("   1   2.5\n  10  20.5\n", "csv", [[1, 2.5], [10, 20.5]]),
        ('"a";"b"\n1,5;2,5\n', "csv", [[1.5, 2.5]]),
    ],
)
def test_the_message_holds_the_options_that_read_the_file(here, capsys, text, suffix, wanted):
    Path(f"a.{suffix}").write_text(text)
    code, _, err = quick(capsys, "pack", f"a.{suffix}", "-o", "a.png")
    assert code == 65
    options = shlex.split(err.split("it reads with ")[1].split(" or ")[0])
    assert quick(capsys, "pack", f"a.{suffix}", "-o", "a.png", *options)[0] == 0
    assert same_bits(ig.load("a.png"), np.array(wanted))


def test_columns_of_text_in_another_dialect_are_read_with_skip(here, capsys):
    Path("a.csv").write_text("name;x\nAda;1,5\nBo;2\n")
    _, _, err = quick(capsys, "pack", "a.csv", "-o", "a.png")
    options = shlex.split(err.split("it reads with ")[1])
    assert options == ["--delimiter", ";", "--decimal", ",", "--skip"]
    code, _, err = quick(capsys, "pack", "a.csv", "-o", "a.png", *options)
    assert code == 0
    assert "'name' left out: line 2, column 1 is 'Ada'" in err
    assert same_bits(ig.load("a.png", "x"), np.array([1.5, 2]))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--delimiter", ""], "nothing is given after '--delimiter'"),
        (["--delimiter", "ab"], "--delimiter: 'ab' is no delimiter"),
        (["--delimiter", "5"], "--delimiter: '5' is no delimiter"),
        (["--delimiter", "-"], "--delimiter: '-' is no delimiter"),
        (["--delimiter", "\n"], "--delimiter: '\\n' is no delimiter"),
        (["--delimiter", '"'], "is no delimiter"),
        (["--decimal", ";"], "--decimal is '.' or ','"),
        (["--decimal", ",", "--delimiter", ","], "cannot both be a comma"),
        (["--dtype", "U500000000"], "--dtype: 'U500000000' is no dtype that text holds"),
        (["--dtype", "object"], "is no dtype"),
        (["--dtype", "("], "is no dtype"),
        (["--dtype", "f16"], "is no dtype"),
        (["--dtype", "datetime64[2D]"], "is no dtype"),
        (["--dtype", "i4,f8"], "is no dtype"),
    ],
)
def test_options_that_no_text_can_have_are_named(here, capsys, options, why):
    Path("a.csv").write_text("1,2\n")
    code, _, err = quick(capsys, "pack", "a.csv", "-o", "a.png", *options)
    assert code == 64
    assert why in err


def test_a_delimiter_is_for_text_and_a_decimal_comma_needs_another_one(here, capsys):
    np.save("m.npy", np.zeros(3))
    for option in ("--delimiter", "--decimal"):
        code, _, err = quick(capsys, "pack", "m.npy", "-o", "a.png", option, ",")
        assert (code, f"{option} is for .csv" in err) == (64, True)
    Path("a.csv").write_text("1,5\n")
    code, _, err = quick(capsys, "pack", "a.csv", "-o", "a.png", "--decimal", ",")
    assert (code, "needs another --delimiter" in err) == (65, True)


TOLD = {
    "an underscore": ("1_000\n", "int64"),
    "an underscore in a float": ("1_0.5\n", "float64"),
    "an underscore in a complex number": ("1_0j\n", "complex128"),
    "digits of another script": ("\u0661\n", "int64"),
    "now": ("now\n", "datetime64[s]"),
    "today": ("today\n", "datetime64[D]"),
    "a date cut short": ("2024-01-15\n", "datetime64[M]"),
    "an integer too large": ("1\n300\n", "int8"),
    "a negative one": ("-1\n", "uint8"),
    "beyond float32": ("1e39\n", "float32"),
    "an integer without a float32": ("16777217\n", "float32"),
    "an infinite float16": ("65520.0\n", "float16"),
    "a fraction": ("0.5\n", "int64"),
    "a number as bool": ("2\n", "bool"),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_dtype_that_is_told_takes_no_other_spelling_of_numbers(tmp_path, name):
    text, dtype = TOLD[name]
    assert "column 1" in refusal(tmp_path, text, dtype=dtype)


def test_a_dtype_that_is_told_rounds_decimals_once_and_says_so(tmp_path):
    middle = Fraction(1) + Fraction(1, 2**24)  # between two float32
    for step, wanted in ((0, 1.0), (-1, 1.0), (1, 1.0 + 2**-23)):
        text = f"{(Decimal(middle.numerator) / middle.denominator) + Decimal(step) / 10**27:.27f}"
        content = read(tmp_path, text, dtype="float32")
        assert same_bits(content.arrays[""], np.array([wanted], np.float32))
        assert content.notes == ("rounded to float32: 1 number, the first at line 1, column 1",)
    pi = read(tmp_path, "3.14159265358979323846\n", dtype="float64")
    assert same_bits(pi.arrays[""], np.array([np.pi]))
    assert pi.notes == ("rounded to float64: 1 number, the first at line 1, column 1",)
    assert read(tmp_path, "0.1\n0.3333333\n", dtype="float32").notes == ()


# C5: what pandas writes


def test_a_pandas_file_has_its_index_and_its_holes(here, capsys):
    frame = pd.DataFrame({"a": [1.5, np.nan], "b": [2.5, 3]}, index=[7, 9])
    frame.to_csv("a.csv")
    code, _, err = quick(capsys, "pack", "a.csv", "-o", "a.png")
    assert code == 0
    assert "a.csv: read as NaN: 1 empty cell, the first at line 3, column 2" in err
    found = ig.load_dict("a.png")
    assert same_bits(found["index"], np.array([7, 9]))
    assert same_bits(found["data"], np.array([[1.5, 2.5], [np.nan, 3]]))
    assert ig.info("a.png").arrays[0].attrs == {"columns": ["a", "b"]}
    assert quick(capsys, "pack", "t=a.csv", "-o", "t.png")[0] == 0
    assert {*ig.load_dict("t.png")} == {"t", "t/index"}


def test_an_index_of_dates_or_text_and_names_that_are_numbers(tmp_path):
    days = pd.date_range("2024-01-01", periods=2)
    days_frame = pd.DataFrame(np.array([[1, 2], [3, 4]]), index=days)
    content = read(tmp_path, days_frame.to_csv())
    assert same_bits(content.arrays["index"], np.array(["2024-01-01", "2024-01-02"], "M8[D]"))
    assert same_bits(content.arrays[""], np.array([[1, 2], [3, 4]]))
    assert content.attrs == {"": {"columns": ["0", "1"]}}
    assert content.notes == ("line 1 is taken as column names 0, 1, ... beside an index",)
    named = read(tmp_path, pd.DataFrame({"x": [1.5]}, index=["Ada"]).to_csv())
    assert same_bits(named.arrays[""], np.array([1.5]))
    assert "'Ada'" in named.skipped["index"]
    assert "empty cell" in refusal(tmp_path, ",1.5\n2,3\n")


def test_a_hole_among_integers_makes_floats_with_a_note_or_is_refused(tmp_path):
    content = read(tmp_path, "a,b\n1,2\n3,\n")
    assert same_bits(content.arrays[""], np.array([[1, 2], [3, np.nan]]))
    assert content.notes == ("read as NaN: 1 empty cell, the first at line 3, column 2",)
    content = read(tmp_path, f"a,b\n1,{2**53 + 1}\n3,\n")
    assert same_bits(content.arrays["a"], np.array([1, 3]))
    assert "no exact float64" in content.skipped["b"]
    content = read(tmp_path, 'day\n2024-01-01\n""\n')
    assert same_bits(content.arrays[""], np.array(["2024-01-01", "NaT"], "M8[D]"))
    assert content.notes == ("read as NaT: 1 empty cell, the first at line 3, column 1",)


def test_what_text_has_beside_numbers_is_named(tmp_path):
    for text, suffix, array, columns, notes, skipped in (
        ("# made by\n# a,b\n1,2\n", "csv", [[1, 2]], ["a", "b"], "1 comment left out", set()),
        ("# hello\na,b\n1,2\n", "csv", [[1, 2]], ["a", "b"], "1 comment left out", set()),
        ("1 2 # x\n# y\n3 4\n", "txt", [[1, 2], [3, 4]], None, "2 comments left out", set()),
        ("007\n8\n", "csv", [7, 8], None, "leading zeros are not kept: line 1, column 1", set()),
        ("1,2,\n3,4,\n", "csv", [[1, 2], [3, 4]], None, "", {"column 3"}),
    ):
        content = read(tmp_path, text, suffix)
        assert same_bits(content.arrays[""], np.array(array))
        assert content.attrs == ({"": {"columns": columns}} if columns else {})
        assert " ".join(content.notes).startswith(notes)
        assert {*content.skipped} == skipped


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1\r2\r3", [1, 2, 3]),
        ("\ufeff1,2\r\n3,4\r\n", [[1, 2], [3, 4]]),
        ("1\n2\n".encode("utf-16"), [1, 2]),
        ("1.\n.5\n1e5\n", [1.0, 0.5, 1e5]),
        ("-0\n1\n", [-0.0, 1.0]),
        ("inf\n-Infinity\nNaN\n", [np.inf, -np.inf, np.nan]),
        ("0e-400\n0.000\n", [0.0, 0.0]),
        ("4.9e-324\n1.7976931348623157e308\n", [5e-324, 1.7976931348623157e308]),
        (f"{2**64 - 1}\n", np.array([2**64 - 1], np.uint64)),
        (f"{-(2**63)}\n", [-(2**63)]),
        ("3.141592653589793115997963468544185161590576171875\n", [np.pi]),
        ('"x\ny",z\n1,2\n', [[1, 2]]),
        ("count,25%,50%\n1,2,3\n", [[1, 2, 3]]),
        ("1\n\n2\n", [1, 2]),
        ("1+2j\n(3-4j)\n5j\n", [1 + 2j, 3 - 4j, 5j]),
    ],
)
def test_odd_spellings_that_say_one_thing_are_read(tmp_path, text, wanted):
    assert same_bits(read(tmp_path, text).arrays[""], np.array(wanted))


# C6 and A27: writing


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array([0.1, 1e23, 5e-324, 100.0, -0.0]), "0.1\n1e+23\n5e-324\n100.0\n-0.0\n"),
        (np.array([0.1, 16777216, 3.4028235e38], "f4"), "0.1\n16777216.0\n3.4028235e+38\n"),
        (np.array([0.1, 65504, 6e-8], "f2"), "0.1\n65504.0\n6e-08\n"),
        (np.array([0.1, 3, 2.0**100], ml_dtypes.bfloat16), "0.1\n3.0\n1.27e+30\n"),
        (np.array([0.1 + 2j, complex(-0.0, np.inf)]), "0.1+2j\n-0+infj\n"),
        (np.array([0.1 - 0.2j], "c8"), "0.1-0.2j\n"),
        (np.array([[1, 0.5], [2, 0.25]]), "1,0.5\n2,0.25\n"),
        (np.array([[1.0, 2], [3, 4]]), "1.0,2.0\n3.0,4.0\n"),
        (np.array([[-0.0, 0.5], [2, 0.25]]), "-0.0,0.5\n2.0,0.25\n"),
        (np.array([[np.nan, 0.5, 2.0**60]]), "nan,0.5,1.152921504606847e+18\n"),
    ],
    ids=lambda x: str(x.dtype) if isinstance(x, np.ndarray) else "",
)
def test_numbers_are_written_in_the_shortest_text_that_reads_back(tmp_path, array, text):
    path = tmp_path / "a.csv"
    _convert.write(path, "csv", Content({"": array}))
    assert path.read_text() == text
    (found,) = _convert.read(path, ReadOptions(dtype=array.dtype.name)).arrays.values()
    assert same_bits(found, array)
    if array.dtype in (np.float64, np.complex128):
        assert same_bits(_convert.read(path).arrays[""], array)


@EXAMPLES
@given(st.lists(st.floats(width=32), min_size=1, max_size=9), st.sampled_from(["f4", "f2", "c8"]))
def test_short_text_of_narrow_floats_reads_back(tmp_path, values, dtype):
    with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore"):
        array = np.array([abs(v) if np.isnan(v) else v for v in values], "f4").astype(dtype)
    _convert.write(tmp_path / "a.csv", "csv", Content({"": array}))
    (found,) = _convert.read(
        tmp_path / "a.csv", ReadOptions(dtype=array.dtype.name)
    ).arrays.values()
    assert same_bits(found, array)


def test_a_table_goes_there_and_back_as_it_was_written(here, capsys):
    text = "id,x\n1,0.1\n2,0.30000000000000004\n"
    Path("a.csv").write_text(text)
    assert quick(capsys, "pack", "a.csv", "-o", "a.png")[0] == 0
    code, _, err = quick(capsys, "unpack", "a.png", "-o", "back.csv")
    assert (code, Path("back.csv").read_text()) == (0, text)
    assert "metadata" not in err


FORMULAS = ("=1+1", "@SUM(1)", "\t=1", "\r=1", " =1", "\uff1d1", "\n=1")


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_names_that_a_spreadsheet_would_run_are_refused(here, capsys, name, form):
    array = np.array([[1.5, 2.5]])
    ig.save("f.png", array, attrs={"data": {"columns": [name, "x"]}})
    code, _, err = quick(capsys, "unpack", "f.png", "-o", f"f.{form}")
    assert code == 65
    assert "is a formula for a spreadsheet; --raw-names writes it" in err
    assert not Path(f"f.{form}").exists()
    assert quick(capsys, "unpack", "f.png", "-o", f"f.{form}", "--raw-names")[0] == 0
    back = _convert.read(Path(f"f.{form}"))
    assert same_bits(back.arrays[""], array)
    assert back.attrs == {"": {"columns": [name.strip(" \t"), "x"]}}


def test_names_with_a_sign_are_written_with_a_note_and_no_name_divides_a_cell(here, capsys):
    ig.save("f.png", np.array([[-1.5, 2.5]]), attrs={"data": {"columns": ["-x", "a;=b"]}})
    code, _, err = quick(capsys, "unpack", "f.png", "-o", "f.csv")
    assert code == 0
    assert "the column '-x' may be a formula" in err
    assert Path("f.csv").read_text() == '-x,"a;=b"\n-1.5,2.5\n'


@pytest.mark.parametrize(
    ("text", "suffix", "values", "first"),
    [
        ("1\n\n3\n", "csv", [1, 3], 2),
        ("1,2\n3,4\n\n\n5,6\n", "csv", [[1, 2], [3, 4], [5, 6]], 3),
        ("a\tb\n\n1\t2\n", "tsv", [[1, 2]], 2),
        ("1 2\n \n3 4\n", "txt", [[1, 2], [3, 4]], 2),
    ],
)
def test_empty_lines_between_rows_are_named(here, text, suffix, values, first):
    """They may be holes of the only column."""
    found = read(here, text, suffix)
    assert found.arrays[""].tolist() == values
    count = "2 empty lines" if "\n\n\n" in text else "1 empty line"
    assert found.notes == (f"{count} between rows left out, the first is line {first}",)
    assert read(here, "\n\n1,2\n3,4\n\n\n").notes == ()


def test_an_empty_cell_in_quotes_is_a_hole_of_the_only_column(here):
    found = read(here, 'a\n1\n""\n3\n')
    assert np.array_equal(found.arrays[""], [1, np.nan, 3], equal_nan=True)
    assert found.notes == ("read as NaN: 1 empty cell, the first at line 3, column 1",)


@pytest.mark.parametrize("dtype", ["datetime64[s]", "datetime64[ns]", "datetime64[D]"])
def test_a_number_is_a_year_only_where_years_are_counted(here, dtype):
    """1577836800 with seconds would be the year 1577836800, and not 2020-01-01."""
    for number in ("1577836800", "2020", "18262"):
        assert "not a date" in refusal(here, f"{number}\n", dtype=dtype)
    years = read(here, "1999\n12020\n", dtype="datetime64[Y]").arrays[""]
    assert years.tolist()[0].year == 1999
    assert years.view(np.int64).tolist() == [29, 10050]


def test_a_date_of_more_digits_than_any_unit_is_refused_without_a_warning(here):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        why = refusal(here, "1970-01-01T00:00:00.1234567890123456789\n")
        found = read(here, "1970-01-01T00:00:00.123456789012345678\n").arrays[""]
    assert "more than 18 digits" in why
    assert found.view(np.int64).tolist() == [123456789012345678]
