"""Figures: what savefig writes, load_figure gives, and both refuse."""

import io
import json
import subprocess
import sys

import numpy as np
import pytest
from tests.support import reason_of, same_bits

import intaglio as ig
from intaglio import DecodeError, EncodeError, Reason
from intaglio.errors import DECODE_REASONS
from intaglio.figures import load_figure, savefig

mpl = pytest.importorskip("matplotlib")

from matplotlib.figure import Figure  # noqa: E402
from PIL import Image  # noqa: E402
from tests.figures.figure_support import drawn, line_figure, loaded, pixels_of, saved  # noqa: E402

DTYPES = ("i1", "u2", "i8", "u8", "f2", "f4", "f8", ">f8", "?", "M8[ns]", "M8[D]")


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_line_keeps_dtype_and_every_bit(dtype):
    y = (np.arange(50) * 7 % 5).astype(dtype)
    x = np.arange(50, dtype="i2")
    (line,) = loaded(line_figure(x, y)).axes[0].lines
    assert same_bits(line.x, x)
    assert same_bits(line.y, y.astype(y.dtype.newbyteorder("=")))


def test_nan_payloads_and_infinities_come_back():
    bits = np.array([0x7FF8DEADBEEF0001, 0x7FF0000000000000, 0x8000000000000000, 1], "u8")
    y = bits.view("f8")
    assert same_bits(loaded(line_figure(np.arange(4), y)).axes[0].lines[0].y, y)


def test_words_scales_limits_and_units_come_back():
    figure = line_figure(["a", "b", "c"], [1, 10, 100], label="label", color="C2")
    axes = figure.axes[0]
    axes.set(title="title", xlabel="x [words]", ylabel="y [V]", yscale="log", ylim=(0.5, 200))
    figure.suptitle("over all")
    data = loaded(figure)
    back = data.axes[0]
    assert (back.title, back.xlabel, back.ylabel) == ("title", "x [words]", "y [V]")
    assert (back.xscale, back.yscale, back.ylim) == ("linear", "log", (0.5, 200))
    assert back.xlim == axes.get_xlim()
    assert back.units["x"] == {"kind": "category", "words": ["a", "b", "c"]}
    assert back.lines[0].x.tolist() == ["a", "b", "c"]
    assert back.lines[0].label == "label"
    assert data.texts == ("over all",)


def test_alpha_is_255_and_the_picture_is_the_figure_up_to_its_low_bits():
    figure = line_figure()
    pixels, mode = pixels_of(saved(figure))
    assert mode == "RGB"  # no alpha to be rewritten
    assert np.abs(pixels - drawn(figure)).max() <= 7


def test_a_file_stripped_of_all_chunks_gives_the_figure_still():
    png = saved(line_figure())
    with Image.open(io.BytesIO(png)) as image:
        bare = io.BytesIO()
        Image.fromarray(np.asarray(image)).save(bare, "png", optimize=True)
    assert b"tEXt" not in bare.getvalue()
    data = load_figure(io.BytesIO(bare.getvalue()))
    assert data.axes[0].lines[0].y.tolist() == [3.0, 1.0, 2.0]


def test_metadata_of_ones_own_comes_back_beside_the_figure():
    assert loaded(line_figure(), metadata={"run": [1, 2]}).metadata == {"run": [1, 2]}


def test_arrays_have_readable_names_and_equal_ones_are_stored_once():
    figure = line_figure()
    figure.axes[0].plot([0, 1, 2], [5.0, 5.0, 4.0])
    png = saved(figure)
    assert list(ig.load_dict(io.BytesIO(png))) == [
        "axes0/line0/x",
        "axes0/line0/y",
        "axes0/line1/y",
    ]
    data = load_figure(io.BytesIO(png))
    assert data["axes0/line1"].x.tolist() == [0, 1, 2]
    with pytest.raises(KeyError, match="axes0/line0"):
        data["axes0/line9"]


def test_shares_twins_subfigures_and_colour_bars_are_told():
    figure = Figure(figsize=(6, 4))
    left, right = figure.subfigures(1, 2)
    axes = left.subplots(2, 1, sharex=True)
    twin = axes[0].twinx()
    twin.plot([1, 2])
    shown = right.subplots().imshow(np.eye(3))
    right.colorbar(shown)
    records = [one.record for one in loaded(figure).axes]
    assert [one["subfigure"] for one in records] == [
        *("subfigure0", "subfigure0", "subfigure0", "subfigure1", "subfigure1")
    ]
    assert records[1]["shares"]["x"] == "axes0"
    assert records[2]["twin_of"] == "axes0"
    assert records[4]["colorbar"]["of"] == "axes3/image0"


def test_tables_and_trees_hold_the_values():
    pd = pytest.importorskip("pandas")
    pytest.importorskip("xarray")
    figure = line_figure(np.arange(3, dtype="i2"))
    figure.axes[0].scatter([1, 2], [3, 4], c=[5.0, 6.0])
    figure.axes[0].imshow(np.eye(4, dtype="f4"))
    figure.axes[0].plot(np.ma.array([1, 2], mask=[True, False]))
    data = loaded(figure)
    tables = data.to_pandas()
    assert tables["axes0/line0"].dtypes.astype(str).to_dict() == {"x": "int16", "y": "float64"}
    assert tables["axes0/scatter0"]["c"].tolist() == [5.0, 6.0]
    assert tables["axes0/image0"].shape == (4, 4)
    assert tables["axes0/line1"]["y"].isna().tolist() == [True, False]
    assert tables["axes0/line1"]["y"].dtype == pd.Int64Dtype()
    tree = data.to_xarray()
    assert same_bits(tree["axes0/line0"]["x"].to_numpy(), np.arange(3, dtype="i2"))
    assert tree["axes0/line1"]["y_mask"].to_numpy().tolist() == [True, False]


def test_a_file_without_a_figure_says_so(tmp_path):
    ig.save(tmp_path / "a.png", np.eye(9))
    with pytest.raises(DecodeError, match="no figure") as caught:
        load_figure(tmp_path / "a.png")
    assert type(caught.value) is ig.ContentError
    assert caught.value.reason == Reason.CONTENT_OTHER
    assert Reason.CONTENT_OTHER not in DECODE_REASONS  # no rule of SPEC.md is broken


def spoilt(change):
    png = saved(line_figure())
    arrays = ig.load_dict(io.BytesIO(png))
    with ig.open(io.BytesIO(png)) as file:
        metadata = json.loads(json.dumps(file.metadata))
    change(metadata["intaglio.figure"])
    return io.BytesIO(ig.dumps(arrays, metadata=metadata))


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(version=2),
        lambda record: record.update(axes=7),
        lambda record: record["axes"][0].pop("artists"),
        lambda record: record["axes"][0]["artists"][0]["data"].update(x={"array": "gone"}),
        lambda record: record["axes"][0]["artists"][0].update(data=[]),
        lambda record: record.pop("size"),
        lambda record: record.update(rc={"font.size": "enormous"}),
        lambda record: record["axes"][0]["artists"][0]["style"].update(color=[1, 2]),
    ],
)
def test_a_record_that_is_not_of_the_schema_is_a_decode_error(change):
    assert reason_of(lambda: load_figure(spoilt(change))) == Reason.METADATA_INVALID


def test_axes_of_an_unknown_projection_are_named_and_left_out():
    data = load_figure(spoilt(lambda record: record["axes"][0].update(projection="nowhere")))
    with pytest.warns(UserWarning, match="axes0, of the projection 'nowhere'"):
        assert data.replot().axes == []
    assert data.axes[0].lines[0].y.tolist() == [3.0, 1.0, 2.0]


def test_a_file_cannot_switch_on_tex_or_set_other_settings():
    def evil(record):
        record["rc"] |= {"text.usetex": True, "savefig.directory": "/", "text.latex.preamble": "x"}
        record["rc"] |= {"path.effects": [1], "axes.prop_cycle": "x", "backend": "module://x"}

    before = dict(mpl.rcParams)
    figure = load_figure(spoilt(evil)).replot()
    assert dict(mpl.rcParams) == before
    assert not figure.axes[0].title.get_usetex()


def test_replot_warns_of_what_it_cannot_draw():
    figure = line_figure()
    figure.axes[0].table([["1", "2"]])
    data = loaded(figure)
    with pytest.warns(UserWarning, match="Table"):
        data.replot()


def test_what_is_no_number_date_or_word_is_refused_by_name():
    store = __import__("intaglio.figures._columns", fromlist=["Store"]).Store()
    with pytest.raises(EncodeError, match="axes0/line0/x holds set"):
        store.column("axes0/line0/x", [{1}, {2}])


def test_importing_intaglio_imports_no_partner():
    code = (
        "import sys, intaglio, intaglio.figures; "
        "print([m for m in ('matplotlib', 'pandas', 'xarray', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names_are_there_and_load_when_used():
    assert ig.savefig is savefig
    assert ig.load_figure is load_figure
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ig.nothing


def test_dates_of_python_and_pandas_come_back_as_datetime64():
    pd = pytest.importorskip("pandas")
    from datetime import UTC, date, datetime, timedelta, timezone

    zone = timezone(timedelta(hours=2))
    cases = {
        "M8[us]": [datetime(2024, 1, 1, 12, 30, 0, 7), datetime(2024, 1, 2)],
        "M8[D]": [date(2024, 1, 1), date(2024, 2, 1)],
        "M8[ns]": pd.to_datetime(
            ["2024-01-01T00:00:00.000000001", "2024-01-02T00:00:00.0"]
        ).as_unit("ns"),
    }
    for dtype, x in cases.items():
        (line,) = loaded(line_figure(x, [1, 2])).axes[0].lines
        assert same_bits(line.x, np.array(x, dtype))
    aware = [datetime(2024, 1, 1, 1, tzinfo=zone), datetime(2024, 1, 2, tzinfo=zone)]
    (line,) = loaded(line_figure(aware, [1, 2])).axes[0].lines
    assert line.x[0] == np.datetime64(aware[0].astimezone(UTC).replace(tzinfo=None), "us")
    assert line.record["data"]["x"]["zone"] == "UTC+02:00"


def test_numbers_that_numpy_holds_as_objects_become_float64_and_say_so():
    from decimal import Decimal

    (line,) = loaded(line_figure([Decimal("0.5"), Decimal(2)], [1, 2])).axes[0].lines
    assert line.x.tolist() == [0.5, 2.0]
    assert line.record["data"]["x"]["rounded"] == "object"
