"""conformance/README.md: the adapter that it shows is tried as it stands there."""

import re
import shlex
import sys
from pathlib import Path
from textwrap import dedent

CONFORMANCE = Path(__file__).resolve().parents[2] / "conformance"
sys.path.insert(0, str(CONFORMANCE))

from runner import suite  # noqa: E402
from runner.command import FAILED, PASSED, main  # noqa: E402

README = (CONFORMANCE / "README.md").read_text("utf-8")
LIBRARY = '''
"""The library of somebody who reads the README: it happens to be the plain reader."""
from types import SimpleNamespace
from adapters import contract, plain


class Refused(Exception):
    pass


def decode(path, only):
    try:
        with open(path, "rb") as stream:
            decoded = plain.decode(stream.read(), only)
    except contract.RefusedError as problem:
        refusal = Refused()
        refusal.reason = problem.reason
        raise refusal from problem
    rows = [
        SimpleNamespace(**row | {"metadata_text": row["metadata"]}, canonical_bytes=data)
        for row, data in zip(decoded.result["arrays"], decoded.arrays)
    ]
    return SimpleNamespace(arrays=rows, metadata_text=decoded.result["metadata"])
'''
CHOSEN = ("con/accept/only-*", "con/absent/*", "con/reject/only-*", "hdr/reject/major-0")


def adapter(folder, library=LIBRARY):
    (shown,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (folder / "my_adapter.py").write_text(dedent(shown), "utf-8")
    (folder / "my_library.py").write_text(library, "utf-8")
    return shlex.join(
        ["env", f"PYTHONPATH={CONFORMANCE}", sys.executable, f"{folder}/my_adapter.py"]
    )


def test_the_adapter_shown_passes(tmp_path):
    words = [word for name in CHOSEN for word in ("--filter", name)]
    assert len(suite.load(patterns=CHOSEN)) > 10
    assert main(["run", "--adapter", adapter(tmp_path), "--decode", *words]) == PASSED


def test_the_adapter_shown_fails_where_its_library_does(tmp_path):
    wrong = LIBRARY.replace("canonical_bytes=data", "canonical_bytes=data[::-1]")
    words = ["--filter", "arr/accept/element-int16"]
    assert main(["run", "--adapter", adapter(tmp_path, wrong), "--decode", *words]) == FAILED


def test_every_command_shown_is_one_that_there_is():
    shown = re.findall(r"^ *intaglio-conformance (\w+)", README, re.MULTILINE)
    assert {"run", "explain", "matrix"} <= set(shown)


def test_files_that_the_table_names_are_there():
    (table,) = re.findall(r"## What else is here\n(.*)", README, re.DOTALL)
    names = [name for name in re.findall(r"`([\w./]+)`", table) if name != "SPEC.md"]
    assert len(names) > 6
    assert [name for name in names if not (CONFORMANCE / name).exists()] == []
