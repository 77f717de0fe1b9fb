"""Public docstrings: their examples run, and they describe every parameter."""

import doctest
import inspect
import re

import numpy as np
import pytest

import intaglio as ig
from intaglio._options import TABLE

PUBLIC = {name: getattr(ig, name) for name in ig.__all__}
WITH_EXAMPLES = [name for name, value in PUBLIC.items() if ">>>" in (value.__doc__ or "")]
READERS_AND_WRITERS = [
    name
    for name, value in PUBLIC.items()
    if inspect.isfunction(value)
    and value.__module__.startswith(("intaglio.api", "intaglio._inspect", "intaglio._packing"))
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_docstring_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"ig": ig, "np": np}
    example = doctest.DocTestParser().get_doctest(PUBLIC[name].__doc__, names, name, None, None)
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0


def test_the_main_functions_have_examples():
    assert {"save", "load", "imsave", "open", "embed", "plan"} <= {*WITH_EXAMPLES}
    assert {"save", "loads", "verify"} <= {*READERS_AND_WRITERS}


@pytest.mark.parametrize("name", READERS_AND_WRITERS)
def test_a_docstring_describes_every_parameter(name):
    text = inspect.getdoc(PUBLIC[name])
    described = {
        parameter
        for line in re.findall(r"^([\w*, ]+) :", text, re.MULTILINE)
        for parameter in line.split(", ")
    }
    if "**options" in text:
        described |= TABLE.keys()
    assert [p for p in inspect.signature(PUBLIC[name]).parameters if p not in described] == []
    sections = re.findall(r"^(\w[\w ]*)\n-{3,}$", text, re.MULTILINE)
    order = [
        *("Parameters", "Returns", "Other Parameters", "Raises", "Warns"),
        *("See Also", "Notes", "Examples"),
    ]
    assert sections == [section for section in order if section in sections]
