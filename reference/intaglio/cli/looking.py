"""Looking at pictures: what info, ls, show and verify do."""

import os
from pathlib import Path
from typing import Any

from intaglio._escape import counted
from intaglio.cli.console import Talk, each, label
from intaglio.cli.input import check_once, source_of
from intaglio.limits import DEFAULT_LIMITS, Limits


def info_files(files: list[Path], talk: Talk, limits: Limits = DEFAULT_LIMITS) -> int:
    """Say what each picture carries; give the exit code."""

    def work(path: Path) -> None:
        found = _inspected(path, limits)
        if talk.as_json:
            talk.json({"file": str(path), **found.to_dict()})
        else:
            talk.data(f"{label(path)}: {found}")

    return each(_pictures(files), work, talk, prints=True)


def ls_files(files: list[Path], talk: Talk, limits: Limits = DEFAULT_LIMITS) -> int:
    """List each picture's arrays; give the exit code."""
    pictures = _pictures(files)
    several = len(pictures) > 1

    def work(path: Path) -> None:
        from intaglio._inspect.info import array_table

        found = _inspected(path, limits)
        if talk.as_json:
            arrays = [
                {"name": a.name, "dtype": a.dtype, "shape": a.shape, "nbytes": a.nbytes}
                for a in found.arrays
            ]
            talk.json({"file": str(path), "arrays": arrays})
            return
        head = f"{label(path)}: " if several else ""
        for line in array_table(found.arrays):
            talk.data(head + line)

    return each(pictures, work, talk, prints=True)


def verify_files(files: list[Path], talk: Talk, limits: Limits = DEFAULT_LIMITS) -> int:
    """Check each picture to its last bit; give the exit code."""
    from intaglio._inspect.reading import verify

    any_sound = False

    def work(path: Path) -> None:
        nonlocal any_sound
        found = verify(source_of(path), limits=limits)
        any_sound = True
        if talk.as_json:
            talk.json({"file": str(path), **found.to_dict()})
        elif not talk.quiet:
            echo = "" if found.echo == "intact" else "; the spare copy of the prologue is damaged"
            talk.data(f"{label(path)}: sound, {counted(len(found.arrays), 'array')}{echo}")

    code = each(_pictures(files), work, talk, prints=True)
    if any_sound and not talk.as_json:
        talk.note("the data were checked; no digest covers what the picture shows")
    return code


def show_files(
    files: list[Path],
    talk: Talk,
    limits: Limits = DEFAULT_LIMITS,
    only: list[str] | None = None,
    *,
    textconv: bool = False,
) -> int:
    """Print each picture's data in short; give the exit code."""
    from intaglio._inspect.text import file_lines, plain_lines

    pictures = _pictures(files)
    several = len(pictures) > 1

    def work(path: Path) -> None:
        if textconv:
            talk.data("\n".join(plain_lines(source_of(path), limits)))
            return
        head = [f"{label(path)}:"] if several else []
        talk.data("\n".join([*head, *file_lines(source_of(path), limits, only)]))

    return each(pictures, work, talk, prints=True)


def _pictures(paths: list[Path]) -> list[Path]:
    """The paths; for a folder every .png below it, in order. One without any stays, and fails."""
    check_once(paths)
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        before = len(found)
        unread: list[OSError] = []
        for folder, folders, names in os.walk(path, onerror=unread.append):
            folders.sort()
            pictures = (name for name in sorted(names) if name.lower().endswith(".png"))
            found += (Path(folder, name) for name in pictures)
        found += (Path(problem.filename) for problem in unread)
        if len(found) == before:
            found.append(path)
    return found


def _inspected(path: Path, limits: Limits) -> Any:  # noqa: ANN401 - Info, imported late
    from intaglio._inspect.info import info_of
    from intaglio._inspect.reading import inspecting

    with inspecting(source_of(path), limits) as opened:
        return info_of(opened)
