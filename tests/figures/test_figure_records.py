"""Records of figures from files: a result, a DecodeError or a warning, whatever they say."""

import copy
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

mpl = pytest.importorskip("matplotlib")

from matplotlib.figure import Figure  # noqa: E402
from tests.figures.figure_support import saved  # noqa: E402

import intaglio as ig  # noqa: E402
from fuzz import figures as fuzzed  # noqa: E402
from intaglio import DecodeError, Reason  # noqa: E402

ROOT = Path(__file__).parents[2]
MEMORY_MAX = 3 << 30
MUTANTS = 150  # the fixed share; `make fuzz` takes more


def replotted(seed, change, arrays=()):
    """What replot gives for a figure of the fuzz target's, its record changed."""
    record = json.loads(fuzzed.seed(seed)[0])
    change(record)
    values = {**fuzzed.seed(seed)[1], **dict(arrays)}
    file = ig.dumps(values, metadata={"intaglio.figure": record})
    return ig.load_figure(io.BytesIO(file)).replot()


def refused(seed, change, arrays=()):
    with pytest.raises(DecodeError) as caught:
        replotted(seed, change, arrays)
    return caught.value


def artist(record, kind, axes=0):
    return next(one for one in record["axes"][axes]["artists"] if one["kind"] == kind)


@pytest.mark.parametrize("role", ["savefig", "clear", "__init__", "text", ["suptitle"], None, 5])
def test_a_role_that_is_none_of_three_is_refused_and_calls_nothing(role, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "victim.pgf").write_text("mine")

    def change(record):
        record["artists"][0] |= {"role": role, "text": "victim.pgf"}

    assert refused("lines", change).reason == Reason.METADATA_INVALID
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("member", ["usetex", "url", "gid", "path_effects", "sketch_params"])
def test_no_member_of_ticks_arrows_or_boxes_becomes_a_property(member):
    def change(record):
        for axis in record["axes"][0]["axis"].values():
            axis["major"]["look"]["words"][member] = True
            axis["major"]["look"]["params"][member] = True
        artist(record, "legend")["frame"][member] = "javascript:alert(1)"
        artist(record, "line")["style"][member] = True
        for one in record["axes"][0]["artists"]:
            if one.get("arrow"):
                one["arrow"][member] = True
            if one.get("box"):
                one["box"] |= {member: True}
                one["box"]["parts"][member] = True

    figure = replotted("lines", change)
    assert not any(text.get_usetex() for text in figure.findobj(mpl.text.Text))
    assert {one.get_url() for one in figure.findobj()} == {None}
    assert {one.get_gid() for one in figure.findobj()} == {None}
    assert not any(one.get_path_effects() for one in figure.findobj())


def test_tex_stays_off_for_the_words_of_a_file_where_the_user_has_it_on():
    with mpl.rc_context({"text.usetex": True}):
        figure = replotted("lines", lambda record: None)
        assert not any(text.get_usetex() for text in figure.axes[0].findobj(mpl.text.Text))


def test_of_the_keywords_it_was_saved_with_only_known_ones_come_back():
    evil = {
        "backend": "module://this",
        "pil_kwargs": {"x": 1},
        "metadata": {"a": "b"},
        "bbox_inches": "wide",
        "facecolor": "module://x",
        "format": "pgf",
        "edgecolor": "tab:red",
        "pad_inches": 0.5,
        "orientation": 5,
        "bbox_extra_artists": [],
    }
    record = json.loads(fuzzed.seed("lines")[0])
    record["saved"]["keywords"] = evil
    file = ig.dumps(fuzzed.seed("lines")[1], metadata={"intaglio.figure": record})
    assert ig.load_figure(io.BytesIO(file)).saved_with == {
        "edgecolor": "tab:red",
        "pad_inches": 0.5,
    }


@pytest.mark.parametrize("zone", ["/etc/passwd", "../../etc/passwd", "tzfile('/etc/passwd')", ":x"])
def test_the_name_of_a_zone_opens_no_file(zone):
    def change(record):
        record["axes"][0]["axis"]["x"]["unit"] = {"kind": "date", "zone": zone}

    opened = []
    sys.addaudithook(lambda name, args: opened.append(args[0]) if name == "open" else None)
    replotted("parts", change)
    assert [path for path in opened if "passwd" in str(path)] == []


def many_axes(record):
    record["axes"] += [
        {**copy.deepcopy(record["axes"][0]), "name": f"axes{i}", "artists": [], "groups": []}
        for i in range(1, 300)
    ]


def many_subfigures(record):
    ground = {key: record[key] for key in ("facecolor", "edgecolor", "linewidth", "frame_on")}
    record["subfigures"] = [
        {"name": f"subfigure{i}", "parent": None, "bounds": [0, 0, 1, 1], "artists": [], **ground}
        for i in range(600)
    ]


def title(words):
    return lambda record: record["axes"][0]["titles"]["center"].update(text=words)


def style(**values):
    return lambda record: artist(record, "line")["style"].update(values)


BEYOND = {
    "inches": lambda record: record.update(size=[600, 600]),
    "dpi": lambda record: record["saved"].update(dpi=20_000),
    "pixels, of which there is none": lambda record: record.update(size=[600, 0.001]),
    "a part without a pixel": lambda record: record["saved"]["keywords"].update(
        bbox_inches=[0, 0, 1, 0.005]
    ),
    "sides of a marker": style(marker=[100_000_000, 1, 0]),
    "steps between markers": style(markevery=1e-9),
    "dashes": style(linestyle=[0, [1e-9, 1e-9]]),
    "dashes of a thin line": style(linestyle=[0, [1, 1]], linewidth=1e-9),
    "teeth of a box": lambda record: next(
        one for one in record["axes"][0]["artists"] if one.get("box")
    )["box"].update(boxstyle="sawtooth", parts={"pad": 0.3, "tooth_size": 1e-9}),
    "category words": lambda record: record["axes"][0]["axis"]["x"].update(
        unit={"kind": "category", "words": [f"w{i}" for i in range(100_000)]}
    ),
    "axes": many_axes,
    "sub-figures": many_subfigures,
    "twins": lambda record: record["axes"].extend(
        {**record["axes"][0], "name": f"axes{i}", "twin_of": "axes0", "artists": [], "groups": []}
        for i in range(1, 30)
    ),
    "mathematical ticks": lambda record: record["axes"][0]["axis"]["x"]["major"].update(
        places=list(range(9000)), labels=["$x$"] * 9000
    ),
    "nested mathematics": title("$" + r"\frac{1}{" * 40 + "x" + "}" * 40 + "$"),
    "long mathematics": title("$" + "x+" * 3000 + "$"),
    "wide mathematics": title(r"$x\hspace{-99999999}y$"),
    "entries of a legend": lambda record: artist(record, "legend").update(
        labels=["a"] * 5000, handles=[None] * 5000
    ),
    "a text far away": lambda record: next(
        one for one in record["axes"][0]["artists"] if one.get("box")
    ).update(xy=[1e300, 0]),
    "a spine far away": lambda record: record["axes"][0]["spines"]["bottom"].update(
        position=["outward", -1e300]
    ),
    "mathematical labels": lambda record: record["axes"][0]["axis"]["x"]["major"].update(
        places=list(range(900)), labels=[rf"$\frac{{{i}}}{{b}}$" for i in range(900)]
    ),
    "ticks": lambda record: record["axes"][0]["axis"]["x"]["major"].update(
        places=list(range(9000)), labels=["a"] * 9000
    ),
    "characters without a glyph": title("\n".join(["\ue000" * 40] * 200)),
    "a wide text": lambda record: (
        title("W" * 2000)(record),
        record["axes"][0]["titles"]["center"]["style"].update(fontsize=30),
    ),
    "a long text": title("W" * 20_000),
    "a large text": lambda record: (
        title("W" * 9000)(record),
        record["axes"][0]["titles"]["center"]["style"].update(fontsize=2000),
    ),
    "columns of a legend": lambda record: artist(record, "legend").update(columns=10**9),
    "font": lambda record: record["rc"].update({"mathtext.rm": "sans:file=/etc/passwd"}),
    "base of a scale": lambda record: record["axes"][0]["axis"]["x"].update(
        scale={"name": "log", "base": 1e9}
    ),
    "arrow style": lambda record: next(
        one for one in record["axes"][0]["artists"] if one.get("arrow")
    )["arrow"].update(arrowstyle="simple,tail_width=1e9"),
}


@pytest.mark.parametrize("what", BEYOND)
def test_what_is_beyond_a_limit_is_refused_before_it_is_drawn(what):
    assert refused("lines", BEYOND[what]).reason in (
        Reason.METADATA_INVALID,
        Reason.LIMIT_EXCEEDED,
    )


def repeated(kind, count, **changes):
    """A change of a record: that artist so many times more."""

    def change(record):
        one = {**artist(record, kind), **changes}
        more = [{**one, "name": f"axes0/{kind}{n}"} for n in range(100, 100 + count)]
        record["axes"][0]["artists"] += more

    return change


def arrow_of(record):
    return next(one for one in record["axes"][0]["artists"] if one.get("arrow"))


def many_arrows(record):
    arrow = arrow_of(record)
    more = [{**arrow, "name": f"axes0/text{n}"} for n in range(100, 1400)]
    record["axes"][0]["artists"] += more


def maps(record):
    first = {**record["axes"][0], "projection": "hammer", "artists": [], "groups": []}
    record["axes"] += [{**first, "name": f"axes{n}"} for n in range(1, 130)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (many_arrows, "parts"),
        (repeated("text", 30, text="a\n" * 1000), "parts"),
        (
            lambda record: artist(record, "legend").update(
                labels=["a"] * 2500, handles=[None] * 2500
            ),
            "parts",
        ),
        (repeated("text", 400, text=f"${'x' * 50}$"), "mathematical characters"),
        (maps, "129 axes not rectilinear"),
    ],
)
def test_what_takes_matplotlib_long_counts_more(change, told):
    problem = refused("lines", change)
    assert problem.reason == Reason.LIMIT_EXCEEDED
    assert told in problem.detail


def test_lines_that_name_the_same_long_arrays_again_and_again_are_refused():
    long = np.zeros(2**20, np.int8)
    names = ("axes0/line0/x", "axes0/line0/y", "axes0/line1/y")
    arrays = {**dict.fromkeys(names, long), "axes0/line1/y.mask": long > 2}
    problem = refused("lines", repeated("line", 80), arrays)
    assert problem.reason == Reason.LIMIT_EXCEEDED
    assert "values; replot() draws at most 67,108,864" in problem.detail


def test_paths_that_name_the_same_long_arrays_again_and_again_are_refused_when_loaded():
    record = json.loads(fuzzed.seed("spots")[0])
    one = artist(record, "scatter")
    names = {key: one["data"][key]["array"] for key in ("vertices", "codes", "starts")}
    codes = np.full(2**19, 2, np.uint8)
    codes[0] = 1
    arrays = {names["vertices"]: np.zeros((2**19, 2), np.int8), names["codes"]: codes}
    arrays[names["starts"]] = np.zeros(1, np.int64)
    repeated("scatter", 60)(record)
    file = ig.dumps({**fuzzed.seed("spots")[1], **arrays}, metadata={"intaglio.figure": record})
    with pytest.raises(DecodeError, match="name the same arrays over and over") as caught:
        ig.load_figure(io.BytesIO(file))
    assert caught.value.reason == Reason.LIMIT_EXCEEDED


def test_markers_that_cover_the_figure_many_times_are_refused():
    points = np.random.default_rng(0).random(300_000)
    arrays = {"axes0/line0/x": points, "axes0/line0/y": points, "axes0/line1/y": points}
    arrays["axes0/line1/y.mask"] = points > 2

    def change(record):
        record["size"] = [20, 20]
        style(markersize=5000, markevery=None)(record)

    assert "pixels painted" in refused("lines", change, arrays).detail


@pytest.mark.parametrize("member", ["antialiaseds", "linestyles"])
def test_an_empty_list_by_whose_length_matplotlib_divides_is_refused(member):
    def change(record):
        artist(record, "scatter")["style"][member] = []

    assert member in refused("spots", change).detail  # the process died of SIGFPE


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("vertices", np.zeros((3, 5))),
        ("starts", np.array([5, 3, -1])),
        ("codes", np.full(500, 99, "u1")),
        ("x", np.zeros((3, 3), complex)),
    ],
)
def test_arrays_that_do_not_fit_what_draws_them_are_refused(name, values):
    record = json.loads(fuzzed.seed("spots")[0])
    column = artist(record, "scatter")["data"][name]["array"]
    problem = refused("spots", lambda record: None, {column: values})
    assert problem.reason == Reason.METADATA_INVALID


def test_what_a_record_may_not_say_is_carried_as_values_with_a_warning():
    figure = Figure(figsize=(4, 3), dpi=100)
    figure.subplots().bar([1, 2], [3, 4], hatch="/" * 30)
    with pytest.warns(UserWarning, match="keeps the values of axes0/bar0, but replot"):
        png = saved(figure, dpi=100)
    data = ig.load_figure(io.BytesIO(png))
    assert data["axes0/bar0"].height.tolist() == [3, 4]
    with pytest.warns(UserWarning, match="cannot draw Rectangle"):
        data.replot()


def test_tables_of_a_figure_have_a_name_for_each_artist():
    def change(record):
        for one in record["axes"][0]["artists"]:
            one["name"] = "axes0/line0"

    assert "is the name of two" in refused("lines", change).detail


SHARE = """
import resource, sys
from fuzz import figures
for name in figures.SEEDS:
    figures.seed(name)
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
for number in range({count}):
    try:
        figures.figures(figures.mutant(number))
    except BaseException as problem:
        sys.exit(f"mutant {{number}}: {{type(problem).__name__}}: {{problem}}")
for data in figures.seeds():
    figures.figures(data)
print("held")
"""


def test_mutants_of_records_end_in_a_figure_or_a_decode_error_within_a_memory_limit():
    code = SHARE.format(memory=MEMORY_MAX, count=MUTANTS)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert (done.stderr[-500:], done.stdout) == ("", "held\n")
