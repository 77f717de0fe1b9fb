"""The house: imports run downwards, layers meet only above, each dependency has one door."""

import ast
import sys
from pathlib import Path

import pytest

import intaglio

HOUSE = Path(intaglio.__file__).parent

# The layers of SPEC.md and the picture. Rooms of one know nothing of another's:
# what one gives another passes through a room above, as a plain value.
LAYERS = {
    "L0": {"_png", "_png_head", "_png_inflate", "_png_lines", "_png_stream", "_png_write"},
    "L1": {"_carrier", "_carrier_write", "_flat", "_shape"},
    "L2": {"_records", "_prologue", "_header", "_metadata"},
    "L3": {"_alike", "_blocks", "_chains", "_filters"},
    "L4": {"_arrays"},
    "picture": {"_picture", "_badge", "_colors", "_cover", "_glyphs", "_labels", "_layout", "_look", "_norms", "_painters", "_panels", "_steady", "_views"},
}  # fmt: skip
GROUND = {
    "_checked",
    "_spec",
    "_errors",
    "_limits",
    "_options",
    "_threads",
    "_kernels",
    "_printable",
}
SPINE = ("_codec", "_api")  # above the layers; whatever else there is may use them, not they it
ABOVE = {
    "cli",
    "figures",
    "pandas",
    "xarray",
    "zarr",
    "_calendars",
    "_datasets",
    "_datasets_advice",
    "_datasets_read",
    "_frames",
    "_frames_advice",
    "_frames_read",
    "_ipython",
    "_formats",
    "_diff",
    "_differences",
    "_strip",
    "_recolor",
    "_restore",
    "_show",
}

# Which rooms may import what is not ours and not of the standard library.
DOORS = {
    "construct": {"_records"},
    "zstandard": {"_blocks"},
    "zlib_ng": {"_png_stream", "_png_inflate", "_png_lines", "_png_write"},
    "isal": {"_png_inflate"},
    "PIL": {"_png_lines", "_cover", "_colors", "_other_files"},
    "ml_dtypes": {"_arrays"},
}
# What a cover needs of a file, and what reads a PNG's samples: the one way past a layer's walls.
MEETINGS = {"_cover": {"_rasters"}}
PARTNERS = ABOVE | {"_cover"}  # where matplotlib and file formats may be imported


def room(path):
    relative = path.relative_to(HOUSE).with_suffix("")
    return ".".join(part for part in relative.parts if part != "__init__")


ROOMS = {room(path): path for path in sorted(HOUSE.rglob("*.py"))}


def imports(path):
    """Full names of what a file imports, at its top or inside a function, but for types only."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            ours = node.module.split(".")[0] == "intaglio"
            for alias in node.names:
                longer = f"{node.module}.{alias.name}"
                yield longer if ours and longer.removeprefix("intaglio.") in ROOMS else node.module


GRAPH = {
    name: {i.removeprefix("intaglio").lstrip(".") for i in imports(path) if i.split(".")[0] == "intaglio"} - {name}
    for name, path in ROOMS.items()
}  # fmt: skip


def reached(name):
    """Every room that `name` imports, directly or not."""
    seen, ahead = set(), [name]
    while ahead:
        for lower in GRAPH[ahead.pop()] - seen:
            seen.add(lower)
            ahead.append(lower)
    return seen


def top(name):
    return name.split(".")[0]


def test_the_house_has_the_rooms_that_this_test_names():
    named = set().union(*LAYERS.values(), GROUND, SPINE, *DOORS.values())
    assert named <= set(ROOMS)
    assert {lower for below in GRAPH.values() for lower in below} <= set(ROOMS)


@pytest.mark.parametrize("name", ROOMS)
def test_imports_run_downwards_only(name):
    assert name not in reached(name)


@pytest.mark.parametrize("name", sorted(GROUND))
def test_the_ground_floor_stands_on_nothing_of_ours(name):
    assert GRAPH[name] == set()


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_never_import_each_other(layer):
    own = LAYERS[layer] | GROUND
    met = {n: GRAPH[n] - own - MEETINGS.get(n, set()) for n in LAYERS[layer]}
    assert {n: others for n, others in met.items() if others} == {}


@pytest.mark.parametrize("name", SPINE)
def test_the_core_does_not_need_what_stands_above_it(name):
    assert {lower for lower in reached(name) if top(lower) in ABOVE} == set()


@pytest.mark.parametrize("name", ROOMS)
def test_each_dependency_has_its_doors(name):
    foreign = {i.split(".")[0] for i in imports(ROOMS[name])} - sys.stdlib_module_names
    for package in foreign - {"intaglio", "numpy"}:
        if package in DOORS and name in DOORS[package]:
            continue
        assert top(name) in PARTNERS, f"{name} imports {package}"


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_opens_with_its_caption_and_stays_small(name):
    text = ROOMS[name].read_text()
    caption = ast.get_docstring(ast.parse(text))
    assert caption
    assert text.count("\n") <= 300


def test_no_module_relies_on_assert():
    # python -O drops asserts, and a caller or a file may reach any of them.
    found = [
        f"{name}:{node.lineno}"
        for name, path in ROOMS.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assert)
        or (isinstance(node, ast.Name) and node.id == "AssertionError")
    ]
    assert found == []
