"""The structure of the package: order of imports, who imports which dependency, short files."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import intaglio

PACKAGE = Path(intaglio.__file__).parent
ROOT = PACKAGE.parents[1]

# Every module belongs to exactly one set of this order. A module may import only from lower sets.
ORDER = (
    {"__main__"},
    {"cli"},
    {"figures", "zarr", "pandas", "xarray", "ipython"},
    {"api"},
    {"_operations"},
    {"_convert"},
    {"_records"},
    {"_packing"},
    {"_inspect"},
    {"_render", "_forensics"},  # neither imports the other
    {"_rasters", "_colormap_data"},
    {"_format"},
    {"_io"},
    {"errors", "limits", "_options", "_threads", "_escape"},
)
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
BY_NAME_ONLY = {"ipython": {"figures"}}  # exceptions: ipython may import figures

# The modules that may import each third-party dependency.
IMPORTERS = {
    "construct": {"_format.structs"},
    "zstandard": {"_format.codecs"},
    "zlib_ng": {"_format.png.chunks", "_format.png.inflate", "_format.png.unfilter", "_format.png.encode"},
    "isal": {"_format.png.inflate"},
    "PIL": {"_format.png.unfilter", "_render.cover", "_forensics.other_formats"},
}  # fmt: skip
# Packages that adapt other libraries; they and covers may import any dependency.
ADAPTERS = {"cli", *ORDER[2], "_convert", "_operations", "_records"}
ADAPTING_MODULES = {"_render.cover"}

# The modules of the format, and the section of SPEC.md that each implements.
SECTIONS = {
    "_format.png": 4,
    "_format.carrier": 5,
    "_format.carrier_write": 5,
    "_format.prologue": 6,
    "_format.header": 6,
    "_format.structs": 6,
    "_format.container": 7,
    "_format.metadata": 8,
    "_format.blocks": 9,
    "_format.codecs": 9,
    "_format.filters": 10,
    "_format.elements": 11,
    "_format.decoder": 12,
    "_format.registry": 14,
}
# The layers of the format. A module imports only from its own layer and from the base; what one
# layer passes to another goes through `container` and `decoder`, as plain values.
LAYERS = (
    {
        f"_format.png{module}"
        for module in ("", ".chunks", ".decode", ".encode", ".head", ".inflate", ".unfilter")
    },
    {"_format.carrier", "_format.carrier_write"},
    {"_format.structs", "_format.prologue", "_format.header", "_format.metadata"},
    {"_format.filters", "_format.codecs", "_format.blocks"},
    {"_format.elements"},
)
LAYERS_BASE = {"_format.registry", "_format.fast.kernels", "_format.fast.repeated_blocks"}
LAYERS_TOP = {"_format.container", "_format.decoder"}
BETWEEN_LAYERS = {"_format.header": {"_format.filters"}}  # which chains of filters are legal
# What the picture takes from below beside options and errors: pixels of covers, colour tables.
PICTURE_DATA = {
    "_render.cover": {"_rasters"},
    "_render.colormaps": {"_colormap_data"},
    "_render.picture": {"_colormap_data"},
}
LINES_MAX = 400
FUNCTION_LINES_MAX = 50
TOP_LEVEL_MAX = 16


def module_of(path):
    relative = path.relative_to(PACKAGE).with_suffix("")
    return ".".join(part for part in relative.parts if part != "__init__")


MODULES = {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
PARTS = {name: path for name, path in MODULES.items() if name}  # all but the package itself


def imports(path):
    """Full names of the modules that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            ours = node.module.split(".")[0] == "intaglio"
            for alias in node.names:
                longer = f"{node.module}.{alias.name}"
                yield (
                    longer if ours and longer.removeprefix("intaglio.") in MODULES else node.module
                )


GRAPH = {
    name: {i.removeprefix("intaglio").lstrip(".") for i in imports(path) if i.split(".")[0] == "intaglio"} - {name, ""}
    for name, path in MODULES.items()
}  # fmt: skip


def docstring_lines(function):
    first = function.body[0]
    return first.end_lineno - first.lineno + 1 if ast.get_docstring(function) else 0


def top(name):
    return name.split(".")[0]


def reached(name):
    """Every module that `name` imports, directly or not."""
    seen, ahead = set(), [name]
    while ahead:
        for lower in GRAPH[ahead.pop()] - seen:
            seen.add(lower)
            ahead.append(lower)
    return seen


def test_every_module_belongs_to_one_package_of_the_order():
    assert {top(name) for name in PARTS} == set(RANK)
    assert sum(len(names) for names in ORDER) == len(RANK)


def test_few_modules_are_directly_in_the_package():
    assert len(list(PACKAGE.glob("*.py"))) <= TOP_LEVEL_MAX


@pytest.mark.parametrize("name", PARTS)
def test_imports_point_downwards(name):
    others = {lower for lower in GRAPH[name] if top(lower) != top(name)}
    upward = {lower for lower in others if RANK[top(lower)] <= RANK[top(name)]}
    assert {lower for lower in upward if top(lower) not in BY_NAME_ONLY.get(top(name), ())} == set()


@pytest.mark.parametrize("name", PARTS)
def test_imports_form_no_cycle(name):
    assert name not in reached(name)


@pytest.mark.parametrize("layer", LAYERS, ids=min)
def test_layers_of_the_format_import_nothing_from_each_other(layer):
    met = {
        name: {lower for lower in GRAPH[name] if top(lower) == "_format"}
        - layer
        - LAYERS_BASE
        - BETWEEN_LAYERS.get(name, set())
        for name in layer
    }
    assert {name: others for name, others in met.items() if others} == {}


@pytest.mark.parametrize("name", [name for name in PARTS if top(name) == "_render"])
def test_the_picture_knows_nothing_of_the_format(name):
    below = {lower for lower in GRAPH[name] if top(lower) not in {"_render", *ORDER[-1]}}
    assert {top(lower) for lower in below} <= PICTURE_DATA.get(name, set())


def test_every_module_of_the_format_is_in_one_layer():
    named = [*LAYERS_BASE, *LAYERS_TOP, *(name for layer in LAYERS for name in layer)]
    packages = {"_format", "_format.fast"}
    assert sorted(named) == sorted(n for n in PARTS if top(n) == "_format" and n not in packages)
    lowest = {lower for name in LAYERS_BASE for lower in GRAPH[name] if top(lower) == "_format"}
    assert lowest <= LAYERS_BASE


def test_the_lists_of_importers_name_only_modules_that_import():
    for package, names in IMPORTERS.items():
        for name in names:
            assert package in {i.split(".")[0] for i in imports(MODULES[name])}, (package, name)


@pytest.mark.parametrize("name", PARTS)
def test_only_listed_modules_import_each_dependency(name):
    foreign = {i.split(".")[0] for i in imports(PARTS[name])} - sys.stdlib_module_names
    for package in foreign - {"intaglio", "numpy"}:
        if name not in IMPORTERS.get(package, ()):
            assert top(name) in ADAPTERS or name in ADAPTING_MODULES, f"{name} imports {package}"


def test_decoding_imports_no_module_that_writes_draws_or_explains():
    script = """
import io, sys
import intaglio as ig
data = sys.stdin.buffer.read()
before = set(sys.modules)
ig.load(io.BytesIO(data)), ig.load_dict(io.BytesIO(data)), ig.info(io.BytesIO(data)), ig.verify(io.BytesIO(data))
with ig.open(io.BytesIO(data)) as opened:
    opened["data"][:]
print(*sorted(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], input=intaglio.dumps([1.5]), capture_output=True, check=True
    )
    loaded = done.stdout.decode().split()
    assert "intaglio._format.decoder" in loaded
    unwanted = ("_packing", "_render", "_forensics", "_convert", "_operations", "cli")
    assert [n for n in loaded if n.startswith(tuple(f"intaglio.{u}" for u in unwanted))] == []
    assert [n for n in loaded if n.split(".")[0] in ("PIL", "argparse", "matplotlib")] == []


@pytest.mark.parametrize("name", SECTIONS)
def test_the_docstring_of_a_format_module_begins_with_its_section(name):
    caption = ast.get_docstring(ast.parse(MODULES[name].read_text()))
    assert caption.startswith(f"SPEC.md section {SECTIONS[name]}"), caption


def test_every_section_of_the_format_has_a_module():
    assert {*range(4, 13)} <= set(SECTIONS.values())
    beside = {"_format", "_format.fast"}
    found = {name for name in PARTS if top(name) == "_format" and name not in beside}
    assert {
        n
        for n in found
        if not any(n == s or n.startswith(f"{s}.") for s in (*SECTIONS, "_format.fast"))
    } == set()


@pytest.mark.parametrize("name", MODULES)
def test_modules_have_docstrings_and_modules_and_functions_are_short(name):
    text = MODULES[name].read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    assert text.count("\n") <= LINES_MAX
    lengths = {
        node.name: node.end_lineno - node.lineno + 1 - docstring_lines(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {n: length for n, length in lengths.items() if length > FUNCTION_LINES_MAX} == {}


@pytest.mark.parametrize("name", PARTS)
def test_private_names_are_not_imported_by_other_modules(name):
    private = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(PARTS[name].read_text()))
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "intaglio"
        for alias in node.names
        if alias.name.startswith("_")
        and f"{node.module}.{alias.name}".removeprefix("intaglio.") not in MODULES
        and alias.name != "__version__"
    ]
    assert private == []


def test_no_module_relies_on_assert():
    # python -O drops asserts, and a caller or a file may reach any of them.
    found = [
        f"{name}:{node.lineno}"
        for name, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assert)
        or (isinstance(node, ast.Name) and node.id == "AssertionError")
    ]
    assert found == []


# Pages that a script writes from what it measured.
GENERATED = {
    "bench/RESULTS.md",
    "conformance/ADEQUACY.md",
    "docs/survival.md",
    "docs/zarr_figures.md",
    "fuzz/REPORT.md",
}


def prose_lines(text):
    """(number, line) of the lines of a Markdown text that are not code, tables or pictures."""
    in_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif not in_code and not line.startswith(("|", "    ", "![")):
            yield number, line


def test_markdown_is_wrapped_at_100_columns():
    tracked = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    long = [
        f"{name}:{number}"
        for name in tracked
        if name not in GENERATED
        for number, line in prose_lines((ROOT / name).read_text())
        if len(line) > 100 and not line.strip().startswith("`")
    ]
    assert long == []
