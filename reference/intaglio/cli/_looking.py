"""Looking at pictures: what info, ls, show and verify do.

Knows nothing of Typer, so that the plainest command lines need not wait for it.
"""

from pathlib import Path
from typing import Any

from intaglio._limits import DEFAULT_LIMITS, Limits
from intaglio.cli._input import source_of
from intaglio.cli._names import escaped, json_for_people
from intaglio.cli._talk import Talk, each, label


def info_files(files: list[Path], talk: Talk, limits: Limits = DEFAULT_LIMITS) -> int:
    """Say what each picture carries; give the exit code."""

    def work(path: Path) -> None:
        found = _inspected(path, limits)
        if talk.as_json:
            talk.json({"file": str(path), **found.to_dict()})
        else:
            talk.data("\n".join(_info_lines(path, found)))

    return each(files, work, talk, prints=True)


def ls_files(files: list[Path], talk: Talk, limits: Limits = DEFAULT_LIMITS) -> int:
    """List each picture's arrays; give the exit code."""

    def work(path: Path) -> None:
        found = _inspected(path, limits)
        if talk.as_json:
            arrays = [
                {"name": a.name, "dtype": a.dtype, "shape": a.shape, "nbytes": a.nbytes}
                for a in found.arrays
            ]
            talk.json({"file": str(path), "arrays": arrays})
            return
        head = f"{label(path)}: " if len(files) > 1 else ""
        for line in _table([_row(a) for a in found.arrays]):
            talk.data(head + line)

    return each(files, work, talk, prints=True)


def verify_files(files: list[Path], talk: Talk, limits: Limits = DEFAULT_LIMITS) -> int:
    """Check each picture to its last bit; give the exit code."""
    from intaglio._api import verify

    def work(path: Path) -> None:
        found = verify(source_of(path), limits=limits)
        if talk.as_json:
            talk.json({"file": str(path), **found.to_dict()})
        elif not talk.quiet:
            echo = "" if found.echo == "intact" else "; the spare copy of the prologue is damaged"
            talk.data(f"{label(path)}: sound, {_count(len(found.arrays), 'array')}{echo}")

    return each(files, work, talk, prints=True)


def show_files(
    files: list[Path],
    talk: Talk,
    limits: Limits = DEFAULT_LIMITS,
    only: list[str] | None = None,
    *,
    textconv: bool = False,
) -> int:
    """Print each picture's data in short; give the exit code."""
    from intaglio._show import file_lines, plain_lines

    def work(path: Path) -> None:
        if textconv:
            talk.data("\n".join(plain_lines(source_of(path), limits)))
            return
        head = [f"{label(path)}:"] if len(files) > 1 else []
        talk.data("\n".join([*head, *file_lines(source_of(path), limits, only)]))

    return each(files, work, talk, prints=True)


def _inspected(path: Path, limits: Limits) -> Any:  # noqa: ANN401 - Info, imported late
    from intaglio._info import info_of
    from intaglio._reading import inspecting

    with inspecting(source_of(path), limits) as opened:
        return info_of(opened)


def _info_lines(path: Path, found: Any) -> list[str]:  # noqa: ANN401 - Info, imported late
    lines = [
        (
            f"{label(path)}: Intaglio {found.format_version}, {found.width}x{found.height} pixels, "
            f"profile {found.profile}, {found.body_bytes:,} bytes carried"
        ),
        *("  " + line for line in _table([_row(a) for a in found.arrays])),
    ]
    if found.metadata:
        lines.append(f"  metadata {json_for_people(found.metadata)}")
    lines += [
        f"  attrs of {escaped(a.name)} {json_for_people(a.attrs)}" for a in found.arrays if a.attrs
    ]
    return lines


def _row(array: Any) -> list[str]:  # noqa: ANN401 - ArrayInfo, imported late
    size = "unknown size" if array.nbytes is None else _count(array.nbytes, "byte")
    return [escaped(array.name), array.dtype, _shape(array.shape), size]


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "scalar"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
