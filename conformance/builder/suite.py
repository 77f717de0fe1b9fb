"""The suite: all families, in one order, with what must hold for all of them."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

from builder.case import Case
from builder.checksums import sha256
from builder.registry import REASONS
from builder.schema import schema_file

SUITE_VERSION: Final = "1.2.0"
LAYERS: Final = ("png", "car", "hdr", "con", "met", "blk", "flt", "arr")
HERE: Final = Path(__file__).resolve().parent
BYTES_MAX: Final = 8_000_000


def modules() -> list[str]:
    """Give the names of the modules of families, by layer."""
    found = sorted(path.stem for path in (HERE / "families").glob("[a-z]*.py"))
    return [name for layer in LAYERS for name in found if name.startswith(f"{layer}_")]


def cases() -> Iterator[Case]:
    """Make every case."""
    for module in modules():
        for family in import_module(f"builder.families.{module}").FAMILIES:
            yield from family()


def files() -> dict[str, bytes]:
    """Give every file of conformance/ that is made, by path."""
    out: dict[str, bytes] = {}
    rows = []
    accepted: set[str] = set()
    derived: dict[str, str] = {}
    for case in sorted(cases(), key=lambda case: case.id):
        check(case)
        made = case.files()
        assert not made.keys() & out.keys(), case.id
        out |= {f"cases/{path}": data for path, data in made.items()}
        rows.append(row(case, made))
        if case.result == "accept":
            accepted.add(case.id)
        elif case.result == "reject":
            derived[case.id] = str(case.derived_from)
    orphans = {key: base for key, base in derived.items() if base not in accepted}
    assert not orphans, orphans
    manifest = {"suite": SUITE_VERSION, "format": "1.0", "cases": rows}
    out["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode()
    out["schema/case.schema.json"] = schema_file()
    assert sum(map(len, out.values())) < BYTES_MAX
    return out


def check(case: Case) -> None:
    """Assert what every case must be."""
    layer, result, slug = case.id.split("/")
    assert layer in LAYERS, case.id
    assert result == case.result, case.id
    assert slug == slug.lower().strip("-"), case.id
    assert case.labels, case.id
    assert {case.reason, case.or_reason} <= {None, *REASONS}, case.id


def row(case: Case, made: dict[str, bytes]) -> dict[str, object]:
    """Give a case's row in the manifest."""
    return {
        "id": case.id,
        "labels": list(case.labels),
        "result": case.result,
        "reason": case.reason,
        "files": {path: sha256(data).hex() for path, data in sorted(made.items())},
    }
