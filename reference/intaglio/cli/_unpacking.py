"""Unpacking: where each array of a picture goes, and writing it there."""

from dataclasses import dataclass
from pathlib import Path

from intaglio._formats import FORMAT_BY_NAME, Format, format_of, write
from intaglio._formats._base import Content
from intaglio._given import DEFAULT_NAME
from intaglio._lazy import UnknownNameError
from intaglio._limits import Limits
from intaglio._reading import reading
from intaglio.cli._exits import UsageError
from intaglio.cli._files import STDOUT, check_free, is_folder, write_file
from intaglio.cli._input import STDIN, source_of
from intaglio.cli._names import file_names
from intaglio.cli._talk import Talk, label


@dataclass(frozen=True, slots=True)
class Unpacker:
    """Everything that `unpack` was told, but the pictures."""

    output: str
    form: str | None
    only: list[str] | None
    force: bool
    several: bool
    limits: Limits
    talk: Talk

    def unpack(self, path: Path) -> None:
        """Write what the picture at `path` carries."""
        content = self._read(path)
        single = self.maybe_file()
        notes: list[str] = []
        if single is not None:
            notes += self._write(single, self._format(single), content, path)
        else:
            form = FORMAT_BY_NAME[self.form or "npy"]
            for place, part in self._parts(path, form, content).items():
                check_free(place, force=self.force)
                place.parent.mkdir(parents=True, exist_ok=True)
                notes += self._write(place, form, part, path)
        for note in dict.fromkeys(notes):
            self.talk.note(note)

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
        if path != STDOUT and (is_folder(path, self.output) or (self.several and not path.suffix)):
            return None
        if path != STDOUT and format_of(path) is None and self.form is None:
            if path.suffix:
                message = f"-o {self.output}: its ending names no format; say which with --as"
                raise UsageError(message)
            return None
        if self.several:
            message = "several pictures need a folder: -o DIR/"
            raise UsageError(message)
        return path

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
        own = next(iter(file_names([DEFAULT_NAME if path == STDIN else path.stem]).values()))
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

    def _write(self, place: Path, form: Format, content: Content, source: Path) -> tuple[str, ...]:
        if not form.many and len(content.arrays) != 1:
            message = (
                f"{label(source)} has {len(content.arrays)} arrays, a .{form.name} file holds one: "
                "choose with --only NAME, or -o DIR/, or --as npz"
            )
            raise UsageError(message)
        notes = write_file(
            place, lambda temporary: write(temporary, form.name, content), force=self.force
        )
        if place != STDOUT:
            self.talk.note(f"wrote {label(place)}")
        return notes
