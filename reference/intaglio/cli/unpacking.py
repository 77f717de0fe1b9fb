"""Unpacking: where each array of a picture goes, and writing it there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from intaglio._convert import FORMAT_BY_NAME, Format, format_of, write
from intaglio._convert.base import Array, Content
from intaglio._format.registry import DEFAULT_NAME
from intaglio._inspect.reading import reading
from intaglio.cli.console import Talk, label
from intaglio.cli.exit_codes import UsageError
from intaglio.cli.files import (
    STDOUT,
    check_free,
    distinct,
    is_folder,
    is_stream,
    naming_full_disk,
    new_folders,
    write_files,
)
from intaglio.cli.input import STDIN, check_once, source_of
from intaglio.cli.names import file_names
from intaglio.errors import FormatError, UnknownNameError
from intaglio.limits import Limits


@dataclass(frozen=True, slots=True)
class Unpacker:
    """Everything that `unpack` was told, but the pictures."""

    output: str
    form: str | None
    only: list[str] | None
    force: bool
    skip: bool
    raw_names: bool
    several: bool
    limits: Limits
    talk: Talk

    def unpack(self, path: Path) -> None:
        """Write what the picture at `path` carries."""
        content = self._read(path)
        single = self.maybe_file()
        if single is not None:
            form = self._format(single)
            self._check_count(form, content, path)
            self._write({single: content}, form, path)
            return
        form = FORMAT_BY_NAME[self.form or "npy"]
        parts = self._parts(path, form, content)
        for place in parts:
            check_free(place, force=self.force)
        with new_folders({place.parent: None for place in parts}):
            self._write(parts, form, path)

    def _read(self, path: Path) -> Content:
        """All that is asked for, checked to the end of the file before anything is written."""
        with reading(source_of(path), self.limits) as opened:
            names = opened.names if self.only is None else [*dict.fromkeys(self.only)]
            for name in names:
                if name not in opened.index:
                    raise UnknownNameError(name, opened.names)
            opened.check_output(names, self.limits)
            arrays = {name: opened.array(name) for name in names}
            attrs = dict(zip(opened.names, opened.contents.attrs, strict=True))
            return Content(arrays, {name: attrs[name] for name in names}, opened.contents.metadata)

    def maybe_file(self) -> Path | None:
        """The one file that -o names; None if it names a folder; UsageError if neither can be."""
        path = Path(self.output)
        stream = is_stream(path)
        if not stream and (is_folder(path, self.output) or (self.several and not path.suffix)):
            return None
        if not stream and format_of(path) is None and self.form is None:
            if path.suffix:
                message = f"-o {self.output}: its ending names no format; say which with --as"
                raise UsageError(message)
            return None
        if self.several:
            message = "several pictures need a folder: -o DIR/"
            raise UsageError(message)
        return path

    def check(self, files: list[Path]) -> None:
        """Refuse, before anything is written, several pictures whose results would mix."""
        check_once(files)
        if self.maybe_file() is None:
            distinct(files, [Path(self.output) / _stem(path) for path in files])

    def _format(self, place: Path) -> Format:
        named = format_of(place)
        form = FORMAT_BY_NAME[self.form] if self.form else named or FORMAT_BY_NAME["npy"]
        if not form.written:
            message = f"-o {self.output}: unpack writes arrays, no pictures; -o DIR/, or --as npy"
            raise UsageError(message)
        return form

    def _parts(self, path: Path, form: Format, content: Content) -> dict[Path, Content]:
        """Each file in the folder, and what goes into it."""
        folder, suffix = Path(self.output), form.suffixes[0]
        own = _stem(path)
        if form.many:
            return {folder / f"{own}{suffix}": content}
        if [*content.arrays] == [DEFAULT_NAME]:
            return {folder / f"{own}{suffix}": content}
        if self.several:
            folder /= own
        return {
            folder / f"{found}{suffix}": Content(
                {name: content.arrays[name]}, {name: content.attrs[name]}, content.metadata
            )
            for name, found in file_names(content.arrays).items()
        }

    def _check_count(self, form: Format, content: Content, source: Path) -> None:
        if not form.many and len(content.arrays) != 1:
            message = (
                f"{label(source)} has {len(content.arrays)} arrays, a .{form.name} file holds one: "
                "choose with --only NAME, or -o DIR/, or --as npz"
            )
            raise UsageError(message)

    def _write(self, parts: dict[Path, Content], form: Format, source: Path) -> None:
        """Write all parts, or none; with --skip, all arrays that the format can hold."""
        if self.skip:
            parts = self._writable(parts, form, source)

        def writer(part: Content) -> Callable[[Path], tuple[str, ...]]:
            return lambda path: write(path, form.name, part, raw_names=self.raw_names)

        try:
            noted = write_files(
                {place: writer(part) for place, part in parts.items()}, force=self.force
            )
        except FormatError as problem:
            several = sum(len(part.arrays) for part in parts.values()) > 1
            advice = "; nothing is written, --skip leaves it out" if several else ""
            message = f"{label(source)}: {problem}{advice}"
            raise FormatError(message) from problem
        for place in parts:
            if place != STDOUT:
                self.talk.note(f"wrote {label(place)}")
        for note in dict.fromkeys(chain.from_iterable(noted)):
            self.talk.note(note)

    def _writable(
        self, parts: dict[Path, Content], form: Format, source: Path
    ) -> dict[Path, Content]:
        """The parts without the arrays that the format cannot hold, which are named."""
        kept: dict[Path, Content] = {}
        for place, part in parts.items():
            problems = {
                name: problem
                for name, array in part.arrays.items()
                if (problem := self._maybe_problem(form, name, array, part.attrs[name]))
            }
            for name, problem in problems.items():
                self.talk.note(f"{label(source)}: {name!a} left out: {problem}")
            if len(problems) < len(part.arrays):
                arrays = {n: array for n, array in part.arrays.items() if n not in problems}
                kept[place] = replace(part, arrays=arrays)
        if parts and not kept:
            message = f"{label(source)}: nothing is left to unpack"
            raise FormatError(message)
        return kept

    def _maybe_problem(
        self, form: Format, name: str, array: Array, attrs: dict[str, Any]
    ) -> FormatError | None:
        """Why the format cannot hold an array, found by writing it to a file that is not kept."""
        with TemporaryDirectory() as folder, naming_full_disk(Path(folder).parent):
            try:
                alone = Content({name: array}, {name: attrs})
                write(Path(folder) / "trial", form.name, alone, raw_names=self.raw_names)
            except FormatError as problem:
                return problem
        return None


def _stem(path: Path) -> str:
    """What the results of the picture at `path` are called, without a suffix."""
    return next(iter(file_names([DEFAULT_NAME if path == STDIN else path.stem]).values()))
