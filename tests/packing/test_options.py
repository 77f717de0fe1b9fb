"""The table of keywords: signatures, docstrings, docs and checks agree with it."""

import inspect
import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

import intaglio as ig
from intaglio._format import registry
from intaglio._options import TABLE, Effort, Options, PlainOptions
from intaglio._packing import body
from intaglio._packing.job import make_job
from intaglio._packing.signatures import sentence, type_text
from intaglio._render.norms import NORM_NAMES, PARTS
from intaglio._render.style import Look

A = np.arange(12.0).reshape(3, 4)
PYTHON = (Path(__file__).parents[2] / "docs/python.md").read_text()
OWN_DEFAULT = {"savefig": {"profile"}, "recolor": {"profile", "metadata", "attrs"}}


def keywords(function):
    return {
        name: parameter
        for name, parameter in inspect.signature(function).parameters.items()
        if name in TABLE
    }


def writers():
    found = [ig.save, ig.dumps, ig.imsave, ig.plan, ig.recolor, ig.embed, ig.savefig]
    pandas = pytest.importorskip("intaglio.pandas")
    xarray = pytest.importorskip("intaglio.xarray")
    return [*found, pandas.save, pandas._Accessor.save, xarray.save, xarray._Accessor.save]


@pytest.mark.parametrize("function", writers(), ids=lambda f: f"{f.__module__}.{f.__qualname__}")
def test_every_keyword_of_a_signature_has_the_default_of_the_table(function):
    found = keywords(function)
    assert len(found) > 3
    for name, parameter in found.items():
        if name not in OWN_DEFAULT.get(function.__name__, ()):
            assert parameter.default == TABLE[name].default, name
    kinds = {parameter.kind for parameter in inspect.signature(function).parameters.values()}
    assert inspect.Parameter.VAR_KEYWORD not in kinds or function is ig.savefig


@pytest.mark.parametrize("function", [ig.save, ig.dumps, ig.plan, ig.imsave, ig.recolor])
def test_every_option_of_the_table_is_a_keyword(function):
    assert keywords(function).keys() == TABLE.keys()


def test_pandas_and_xarray_writers_have_no_metadata_and_attrs_keywords():
    for function in writers()[-4:]:
        assert TABLE.keys() - keywords(function).keys() == {"metadata", "attrs"}


def test_signatures_show_short_types_without_quotes():
    text = str(inspect.signature(ig.save))
    assert "data: ArrayLike | Mapping[str, ArrayLike]," in text
    assert "cmap: str | ArrayLike | Colormap | None = None" in text
    assert "level: int | None = None" in text
    assert "metadata: Mapping[str, Any] | None = None" in text
    assert not re.search("typing\\.Any|collections|'[A-Z]|ForwardRef", text)
    assert "profile: str | tuple[int, int, int, int] = <the source's>" in str(
        inspect.signature(ig.recolor)
    )


def test_the_docstring_of_save_describes_each_keyword():
    section = ig.save.__doc__.split("Other Parameters\n    ----------------\n")[1]
    text = " ".join(section.split("Raises\n    ------\n")[0].split())
    for row in TABLE.values():
        assert f"{row.name} : {type_text(row)} {sentence(row)}" in text
    assert max(map(len, ig.save.__doc__.splitlines())) <= 100


def test_tab_completion_offers_the_keywords():
    completer = pytest.importorskip("IPython.core.completer")
    prompt = completer.IPCompleter(namespace={"ig": ig})
    prompt.use_jedi = False
    with completer.provisionalcompleter():
        found = [one.text for one in prompt.completions("ig.save(f, a, lin", 17)]
    assert found == ["linthresh="]


@pytest.mark.parametrize("name", TABLE)
def test_the_default_of_the_table_is_the_default(name):
    assert ig.dumps(A, **{name: TABLE[name].default}) == ig.dumps(A)


def test_the_documented_meaning_of_none_is_what_the_picture_shows():
    shown = {"norm": "linear", "origin": "upper", "complex_as": "domain"}
    for name, value in shown.items():
        assert TABLE[name].default_text == f'"{value}"'
        assert ig.dumps(A, **{name: value}) == ig.dumps(A)


def test_the_choices_in_the_table_are_those_that_the_package_implements():
    assert TABLE["norm"].choices == NORM_NAMES
    assert TABLE["complex_as"].choices == ("domain", *PARTS)
    assert {*TABLE["profile"].choices} == {*registry.PROFILES}
    assert TABLE["profile"].default == registry.DEFAULT_PROFILE
    assert TABLE["effort"].choices == get_args(Effort) == (*body._LEVELS,)


def test_the_types_that_checkers_read_and_the_table_have_the_same_keywords():
    assert [*Options.__annotations__] == [*TABLE]
    assert TABLE.keys() - PlainOptions.__annotations__.keys() == {"cmap", "vmin", "vmax", "origin"}
    look = {name for name, row in TABLE.items() if row.name in Look.__dataclass_fields__}
    assert look == {*Look.__dataclass_fields__}
    assert TABLE.keys() - look == {"profile", "level", "effort", "metadata", "attrs"}


@pytest.mark.parametrize(
    "name", [n for n, row in TABLE.items() if row.lowest is not None or row.above is not None]
)
def test_the_ends_of_a_range_are_allowed_and_values_beyond_are_refused(name):
    row = TABLE[name]
    good = [row.highest, row.lowest, 1e-300 if row.above is not None else None]
    for value in (value for value in good if value is not None):
        make_job({name: value}, None)
    bad = [
        None if row.highest is None else row.highest + 1,
        row.above,
        row.lowest and row.lowest - 1,
    ]
    for value in (value for value in bad if value is not None):
        with pytest.raises(ig.EncodeError) as caught:
            make_job({name: value}, None)
        assert caught.value.option == name
        assert f"{name}= is {row.range_text}, not {value}" in caught.value.detail


def test_docs_python_has_the_rows_of_the_table():
    rows = [f"| `{row.name}` | {cell(row)} | {meaning(row)} |" for row in TABLE.values()]
    table = PYTHON.partition("## Keywords")[2].partition("\n\n")[2].partition("\n\n")[0]
    assert table.splitlines() == ["| keyword | default | meaning |", "|---|---|---|", *rows]


def cell(row):
    return f"`{row.default_text}`" if row.default is not None or '"' in row.unset else row.unset


def meaning(row):
    return sentence(row).rpartition(" Default:")[0]
