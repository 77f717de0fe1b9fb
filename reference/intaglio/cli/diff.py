"""diff: what two pictures carry, compared bit by bit."""

import sys
from typing import Any

import typer

from intaglio.cli._exits import DIFFERENT, OK
from intaglio.cli._input import source_of
from intaglio.cli._names import escaped, json_for_people
from intaglio.cli._options import (
    BYTES_MAX,
    PIXELS_MAX,
    AsJson,
    BytesMax,
    OneFile,
    PixelsMax,
    Quiet,
)
from intaglio.cli._talk import Talk

_SHOWN_MAX = 60  # characters of a metadata value


def diff(
    a: OneFile,
    b: OneFile,
    as_json: AsJson = False,
    quiet: Quiet = False,
    pixels_max: PixelsMax = PIXELS_MAX,
    bytes_max: BytesMax = BYTES_MAX,
) -> None:
    """Compare the data of two pictures, bit by bit.

    Exit code 0 if they are the same, 1 if not. What the pictures look like does not count. With
    --quiet nothing is printed.

    Try:

        intaglio diff m.png again.png

        intaglio diff m.png other.png --json || echo different
    """
    from intaglio._diff import diff as compare
    from intaglio._limits import Limits

    found = compare(
        source_of(a), source_of(b), limits=Limits(pixels_max=pixels_max, output_bytes_max=bytes_max)
    )
    talk = Talk(quiet, as_json)
    if as_json:
        talk.json(found.to_dict())
    elif not quiet and not found.equal:
        talk.data("\n".join(_lines(found)))
    sys.stdout.flush()
    raise typer.Exit(OK if found.equal else DIFFERENT)


def _lines(found: Any) -> list[str]:  # noqa: ANN401 - Diff, imported late
    lines = [f"metadata {_change(change)}" for change in found.metadata]
    lines += [f"only in the first: {escaped(name)}" for name in found.only_in_a]
    lines += [f"only in the second: {escaped(name)}" for name in found.only_in_b]
    for array in found.arrays:
        if not array.equal:
            lines += _array_lines(array)
    return lines


def _array_lines(array: Any) -> list[str]:  # noqa: ANN401
    lines = [f"{escaped(array.name)}: {_summary(array)}"]
    lines += [f"  attrs {_change(change)}" for change in array.attrs]
    lines += [f"  {list(element.index)}  {element.a}  {element.b}" for element in array.first]
    if array.differing and array.differing > len(array.first):
        lines.append("  ...")
    return lines


def _summary(array: Any) -> str:  # noqa: ANN401
    if array.differing is None:
        kinds = [f"{a} and {b}" for a, b in (array.dtype, array.shape) if a != b]
        return ", ".join(kinds)
    if not array.differing:
        return "same elements, other attributes"
    words = [f"{array.differing:,} of {array.elements:,} elements differ"]
    if array.only_nan_or_zero_sign:
        words.append("only in NaN payloads or the sign of zero")
    if array.greatest_absolute is not None:
        words.append(f"by at most {array.greatest_absolute}")
    if array.greatest_ulp is not None:
        words.append(f"{array.greatest_ulp:,} ulp")
    return ", ".join(words)


def _change(change: Any) -> str:  # noqa: ANN401
    def shown(values: tuple[Any, ...]) -> str:
        text = json_for_people(values[0]) if values else "nothing"
        return text if len(text) <= _SHOWN_MAX else text[:_SHOWN_MAX] + "..."

    path = ".".join(escaped(str(step)) for step in change.path)
    return f"{path}: {shown(change.a)} and {shown(change.b)}"
