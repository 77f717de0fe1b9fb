"""Records that ask for too much or for what no file may name, and what loading them does.

`python -m tests.records.hostile_records` loads each with 1 GB of memory beyond what the imports took,
and prints a JSON line: the name, the outcome, and the paths that were opened.
"""

import io
import json
import resource
import sys
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import intaglio as ig
import intaglio.pandas
import intaglio.xarray

EXTRA_BYTES = 1_000_000_000  # threads and their arenas take most of it
FRAME = pd.DataFrame(
    {
        "n": np.arange(3),
        "zoned": pd.date_range("2024", periods=3, tz="Europe/Paris"),
        "masked": pd.array([1, None, 3], "Int16"),
        "words": pd.array(["a", None, "b"], pd.StringDtype("python")),
        "categories": pd.Categorical(["u", None, "v"]),
        "period": pd.period_range("2024", periods=3, freq="M"),
        "interval": pd.interval_range(0, 3),
    },
    index=pd.date_range("2024", periods=3, freq="D"),
)
LEVELS = FRAME.set_index(pd.MultiIndex.from_product([[7, 8, 9], ["a"]]))[["n"]]
DATASET = xr.Dataset(
    {
        "t": (("y", "x"), np.arange(6).reshape(2, 3), {"units": "K"}),
        "text": ("x", np.array(["a", "bc", ""])),
        "objects": ("x", np.array(["a", "b", "c"], object)),
    },
    {"x": [1, 2, 3], "place": "here"},
)
ARRAY = DATASET.t.rename("t")
DATA = {"pandas": FRAME, "levels": LEVELS, "xarray": DATASET, "dataarray": ARRAY}
HUGE = 2**62
NOT_THERE = "/tmp/intaglio-no-such-zone"


@cache
def _saved(member):
    out = io.BytesIO()
    DATA[member].intaglio.save(out)
    return out.getvalue()


def file_of(member, changes):
    """A file whose record has `changes`: paths of members, and values or functions of the old."""
    raw = _saved(member)
    info = ig.info(io.BytesIO(raw))
    metadata = dict(info.metadata)
    attrs = {array.name: dict(array.attrs) for array in info.arrays}
    whole = {"record": metadata[_member(member)], "metadata": metadata, "attrs": attrs}
    for path, value in changes.items():
        *ahead, last = path
        place = whole
        for name in ahead:
            place = place[name]
        if value is KeyError:
            del place[last]
        else:
            place[last] = value
    metadata[_member(member)] = whole["record"]
    return ig.dumps(ig.loads_dict(raw), metadata=metadata, attrs=whole["attrs"], effort="fast")


def _member(member):
    return "intaglio.pandas" if member in ("pandas", "levels") else "intaglio.xarray"


ZONED, MASKED, WORDS, CATEGORIES, PERIOD, INTERVAL = (("record", "data", i) for i in range(1, 7))
RANGE = {"kind": "range", "range": [0, HUGE, 1], "names": [None]}
NESTED = {"kind": "categories", "array": "zoned", "of": RANGE, "ordered": False, "names": [None]}
DEEP = {"@tuple": [1]}
for _ in range(20):
    DEEP = {"@tuple": [DEEP]}
TYPED = {
    "a width of 2 GB": {"@dtype": "U500000000", "@value": [""]},
    "a width of nothing": {"@dtype": "U500000000", "@shape": [0], "@value": []},
    "an integer beyond its dtype": {"@dtype": "i8", "@shape": [1], "@value": [2**70]},
    "a dtype's nesting": {"@numpy": "interval[" * 1600},
    "fields": {"@numpy": "<i4,<i4"},
    "a shape that is not there": {"@dtype": "i8", "@shape": [HUGE], "@hex": ""},
    "odd digits": {"@dtype": "i8", "@hex": "abc"},
    "a number as text": {"@float": "1e999"},
    "bytes beyond bytes": {"@bytes": "Ω"},
    "a set of lists": {"@set": [[1]]},
    "an unknown form": {"@call": "os.system"},
    "two forms": {"@float": "nan", "@tuple": []},
    "a count of units": {"@dtype": "M8[99999999999999999999s]", "@hex": "00" * 8},
}

HOSTILE = {
    **{f"pandas zone {z!r:.20}": ("pandas", {(*ZONED, "zone"): z}) for z in (5, None, "Z" * 5000, ["UTC"])},
    **{
        f"pandas masked {d!r:.20}": ("pandas", {(*MASKED, "dtype"): d})
        for d in ("interval[" * 1600, "category", "object", "Int32", "os.system", 7, [], {})
    },
    **{
        f"pandas frequency {f!r:.20}": ("pandas", {("record", "index", "frequency"): f})
        for f in ("os", "ME", "99999999999999999999D", "-0D", "D" * 5000, 5, "W-ABC", "1" * 15 + "D", "QS-SMS")
    },
    **{
        f"pandas period {f!r:.20}": ("pandas", {(*PERIOD, "frequency"): f})
        for f in ("ME", "999999999999M", "-M", "", "interval[", None)
    },
    **{
        f"pandas range {r!r:.30}": ("pandas", {("record", "index"): {**RANGE, "range": r}})
        for r in ([0, 3, 0], [0, HUGE, 1], [0, 3], [0, 3, 1.0], [0, 2**70, 1], [-(2**63), 2**63 - 1, 1], "abc", [0, True, 1])
    },
    "pandas range of categories": ("pandas", {(*CATEGORIES, "of"): RANGE}),
    "pandas range in an index": ("pandas", {("record", "index"): NESTED}),
    "pandas range of a level": ("levels", {("record", "index", "levels", 0): RANGE}),
    "pandas level of categories": ("levels", {("record", "index", "levels", 0): {**NESTED, "array": "n"}}),
    "pandas levels of levels": ("levels", {("record", "index", "levels", 0): {"kind": "multi", "array": "index", "levels": [RANGE], "names": [None]}}),
    "pandas levels without codes": ("levels", {("record", "index", "array"): "n"}),
    "pandas levels, too many": ("levels", {("record", "index", "levels"): [RANGE] * 65}),
    "pandas levels, none": ("levels", {("record", "index", "levels"): []}),
    "pandas names, too few": ("levels", {("record", "index", "names"): [None]}),
    "pandas names, too many": ("pandas", {("record", "index", "names"): [None, 1]}),
    "pandas names of lists": ("pandas", {("record", "index", "names"): [[1]]}),
    "pandas label of an array": ("pandas", {("record", "columns"): {"kind": "labels", "labels": [{"@dtype": "i8", "@shape": [0], "@hex": ""}] * 7, "names": [None]}}),
    "pandas labels, too few": ("pandas", {("record", "columns", "labels"): ["a"], ("record", "columns", "kind"): "labels"}),
    "pandas array twice": ("pandas", {("record", "data", 0, "array"): "zoned"}),
    "pandas array that is missing": ("pandas", {("record", "data", 0, "array"): "gone"}),
    "pandas array as a list": ("pandas", {("record", "data", 0, "array"): ["n"]}),
    "pandas kind": ("pandas", {("record", "data", 0, "kind"): "__class__"}),
    "pandas kind of a list": ("pandas", {("record", "data", 0, "kind"): ["plain"]}),
    "pandas words of numbers": ("pandas", {(*WORDS, "words"): [1, 2]}),
    "pandas words, too few": ("pandas", {(*WORDS, "words"): []}),
    "pandas words nan": ("pandas", {(*WORDS, "nan"): "yes"}),
    "pandas words storage": ("pandas", {(*WORDS, "storage"): "module"}),
    "pandas words plain": ("pandas", {(*WORDS, "array"): "interval.left"}),
    "pandas ordered": ("pandas", {(*CATEGORIES, "ordered"): 1}),
    "pandas categories twice": ("pandas", {(*CATEGORIES, "of"): {"kind": "labels", "labels": ["a", "a"], "names": [None]}}),
    "pandas interval closed": ("pandas", {(*INTERVAL, "closed"): "open"}),
    "pandas interval of intervals": ("pandas", {(*INTERVAL, "left"): {"kind": "interval"}}),
    "pandas interval reversed": ("pandas", {(*INTERVAL, "left", "array"): "interval.right", (*INTERVAL, "right", "array"): "interval.left"}),
    "pandas series of seven": ("pandas", {("record", "kind"): "series", ("record", "name"): "x"}),
    "pandas version": ("pandas", {("record", "version"): True}),
    "pandas attrs as a list": ("pandas", {("record", "attrs"): [1]}),
    "pandas attrs missing": ("pandas", {("record", "attrs"): KeyError}),
    "pandas duplicates": ("pandas", {("record", "columns"): {"kind": "labels", "labels": ["a"] * 7, "names": [None]}, ("record", "duplicate_labels"): False}),
    "pandas record": ("pandas", {("record",): [1, 2]}),
    **{f"pandas attrs: {name}": ("pandas", {("record", "attrs"): {"a": [t]}}) for name, t in TYPED.items()},
    **{f"xarray attrs: {name}": ("xarray", {("attrs", "t", "units"): t}) for name, t in TYPED.items()},
    **{f"xarray encoding: {name}": ("xarray", {("record", "variables", "t", "encoding"): {"e": t}}) for name, t in TYPED.items()},
    **{f"xarray dataset: {name}": ("xarray", {("metadata", "title"): t}) for name, t in TYPED.items()},
    **{
        f"xarray words {d!r:.20}": ("xarray", {("record", "variables", "text", "dtype"): d})
        for d in ("<U500000000", "<U1", "i8", "interval[", "<f8", "", 5, None, "U3,U4", "<M8[s]", "<U1048576")
    },
    **{
        f"xarray version {v!r}": ("xarray", {("record", "version"): v}) for v in (2, "1", None, True, [1])
    },
    **{
        f"xarray dims {d!r:.30}": ("xarray", {("attrs", "t", "dims"): d})
        for d in (["y"], ["y", 5], ["y", ["x"]], "yx", None, ["x", "y"], ["y", "x", "x"], {"y": 1})
    },
    **{
        f"xarray chunks {c!r:.30}": ("xarray", {("record", "variables", "t", "encoding"): {"preferred_chunks": c}})
        for c in ("x", 5, [1], {"x": 0}, {"x": "auto"}, {"x": [-1]}, {"x": 1.5}, {"x": True}, {"x": []}, {"x": None})
    },
    "xarray coords": ("xarray", {("record", "coords"): ["gone"]}),
    "xarray coords of lists": ("xarray", {("record", "coords"): [["x"]]}),
    "xarray coords missing": ("xarray", {("record", "coords"): KeyError}),
    "xarray variables": ("xarray", {("record", "variables"): 3}),
    "xarray variables missing": ("xarray", {("record", "variables", "t"): KeyError}),
    "xarray variables too many": ("xarray", {("record", "variables", "gone"): {"encoding": {}}}),
    "xarray words of numbers": ("xarray", {("record", "variables", "text", "words"): [1, 2, 3]}),
    "xarray words, too few": ("xarray", {("record", "variables", "text", "words"): ["a"]}),
    "xarray words of floats": ("xarray", {("record", "variables", "t", "words"): 5}),
    "xarray calendar": ("xarray", {("record", "variables", "t", "calendar"): "os"}),
    "xarray calendar of a word": ("xarray", {("record", "variables", "text", "calendar"): "noleap"}),
    "xarray encoding": ("xarray", {("record", "encoding"): [1]}),
    "xarray indexes": ("xarray", {("record", "indexes"): ["t"]}),
    "xarray indexes of nothing": ("xarray", {("record", "indexes"): ["gone"]}),
    "xarray record": ("xarray", {("record",): [1]}),
    "xarray record of null": ("xarray", {("record",): None}),
    "xarray of": ("dataarray", {("record", "of"): "gone"}),
    "xarray of a list": ("dataarray", {("record", "of"): ["t"]}),
    "xarray of missing": ("dataarray", {("record", "of"): KeyError}),
    "xarray name": ("dataarray", {("record", "name"): ["t"]}),
    "xarray kind": ("dataarray", {("record", "kind"): "datatree"}),
}  # fmt: skip

WARNED = {
    "pandas zone of dateutil": ("pandas", {(*ZONED, "zone"): f"dateutil/{NOT_THERE}"}),
    "pandas zone as a path": ("pandas", {(*ZONED, "zone"): NOT_THERE}),
    "pandas zone above": ("pandas", {(*ZONED, "zone"): "../../../etc/passwd"}),
    "pandas zone unknown": ("pandas", {(*ZONED, "zone"): "Mars/Olympus_Mons"}),
    "pandas zone beyond a day": ("pandas", {(*ZONED, "zone"): "UTC+24:00"}),
}


def outcomes(raw, opened):
    """What each reader does with a file."""
    is_frame = "intaglio.pandas" in ig.info(io.BytesIO(raw)).metadata
    load = (intaglio.pandas if is_frame else intaglio.xarray).load
    readers = [lambda: load(io.BytesIO(raw))]
    if not is_frame:
        readers += [
            lambda: xr.open_dataset(io.BytesIO(raw), engine="intaglio", chunks={}).compute()
        ]
    for read in readers:
        opened.clear()
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                read()
                outcome = "warned" if warned else "loaded"
            except ig.DecodeError as problem:
                outcome = f"refused {problem.reason}"
            except BaseException as problem:
                outcome = f"raised {type(problem).__name__}: {problem!s:.200}"
        yield outcome, [path for path in opened if "passwd" in path or NOT_THERE in path]
    ig.loads_dict(raw)


def main():
    opened = []
    files = {name: file_of(*parts) for name, parts in {**HOSTILE, **WARNED}.items()}
    list(outcomes(file_of("pandas", {}), opened)), list(outcomes(file_of("xarray", {}), opened))
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + EXTRA_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
    for name, raw in files.items():
        for outcome, paths in outcomes(raw, opened):
            sys.stdout.write(json.dumps([name, outcome, paths]) + "\n")


if __name__ == "__main__":
    main()
