"""Packing: what files hold, as the arrays, metadata and options of one picture."""

import re
from dataclasses import dataclass, replace
from errno import ENOENT
from pathlib import Path
from typing import Any, Final, NamedTuple

from intaglio._convert import format_of, read
from intaglio._convert.base import Content, ReadOptions
from intaglio._escape import escaped
from intaglio._format.elements import Array, element_type_of
from intaglio._format.metadata import read_metadata
from intaglio._format.registry import DEFAULT_NAME, carrier_capacity
from intaglio._inspect.info import profile_name
from intaglio._io import check_target
from intaglio._packing.encoder import Encoded, encode
from intaglio._packing.job import make_job
from intaglio._packing.plan import use_text
from intaglio.cli.console import Talk
from intaglio.cli.exit_codes import UsageError
from intaglio.cli.files import STDOUT
from intaglio.cli.input import STDIN, path_of
from intaglio.errors import DecodeError, EncodeError, FormatError, MissingExtraError

_INSIDE: Final = re.compile(r"(.+\.(?:h5|hdf5|nc)):(/.*)", re.IGNORECASE | re.DOTALL)
_SHOWN_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Source:
    """One argument: a file, the name given to what it holds, and a path inside it."""

    path: Path
    name: str | None = None
    inside: str | None = None


class Packed(NamedTuple):
    """A picture ready to be written, and what it carries."""

    encoded: Encoded
    arrays: dict[str, Array]


@dataclass(frozen=True, slots=True)
class Packer:
    """Everything that `pack` was told, but the files."""

    options: dict[str, Any]
    metadata: dict[str, Any]
    attrs: dict[str, Any]
    text: ReadOptions
    skip: bool
    talk: Talk
    indices: bool = False

    def source(self, text: str) -> Source:
        """An argument understood: FILE, NAME=FILE, FILE.h5:/path."""
        name: str | None = None
        if not Path(text).exists() and "=" in text:
            given, _, rest = text.partition("=")
            if given and "/" not in given:
                name, text = given, rest
        match = _INSIDE.fullmatch(text) if not Path(text).exists() else None
        return Source(Path(match[1]), name, match[2]) if match else Source(Path(text), name)

    def sources(self, texts: list[str]) -> list[Source]:
        """All arguments understood; a folder is its files of data, and the rest of it is named."""
        found: list[Source] = []
        for text in texts:
            source = self.source(text)
            folder = source.path.is_dir() and source.name is None
            found += self._files_of(source.path) if folder else [source]
        return found

    def _files_of(self, folder: Path) -> list[Source]:
        """The files of data in a folder, but no pictures: they may be its results."""
        if (folder / "zarr.json").is_file():
            message = f"{folder} is a Zarr store: intaglio unpack joins it to one .npy file"
            raise UsageError(message)
        forms = {path: format_of(path) for path in sorted(folder.iterdir()) if path.name[0] != "."}
        files = [p for p, f in forms.items() if p.is_file() and f and f.module != "pictures"]
        others = [path.name for path in forms if path not in files]
        if not files:
            raise OSError(ENOENT, "no file of data is in this folder", str(folder))
        if others:
            more = f" and {len(others) - _SHOWN_MAX} more" if len(others) > _SHOWN_MAX else ""
            self.talk.note(f"{folder}: left out {', '.join(others[:_SHOWN_MAX])}{more}")
        return [Source(path) for path in files]

    def pack(self, sources: list[Source], place: Path) -> Packed:
        """The picture of all that `sources` hold, ready to be written."""
        if place != STDOUT:
            check_target(place)
        self._check_options(sources)
        arrays: dict[str, Array] = {}
        attrs: dict[str, Any] = {}
        metadata: dict[str, Any] = {}
        origin: dict[str, Path] = {}
        for source in sources:
            content = self.read(source)
            names = _names(source, content, alone=len(sources) == 1)
            for name, array in content.arrays.items():
                new = names[name]
                if new in arrays:
                    raise UsageError(_collision(new, origin[new], source.path))
                arrays[new], origin[new] = array, source.path
                if content.attrs.get(name):
                    attrs[new] = content.attrs[name]
            if content.metadata:
                found = content.metadata if len(sources) == 1 else {_stem(source): content.metadata}
                if metadata.keys() & found.keys():
                    raise UsageError(_twice(_stem(source), source.path))
                metadata.update(found)
        for name, members in self.attrs.items():
            if name not in arrays or not isinstance(members, dict):
                message = f"--attrs names {name!a}; the arrays are {', '.join(map(ascii, arrays))}"
                raise UsageError(message)
            attrs[name] = {**attrs.get(name, {}), **members}
        everything = {"metadata": {**metadata, **self.metadata}, "attrs": attrs, **self.options}
        return Packed(encode(arrays, make_job(everything, None)), arrays)

    def _check_options(self, sources: list[Source]) -> None:
        modules = {form.module for source in sources if (form := format_of(source.path))}
        given = next((n for n in ("dtype", "delimiter", "decimal") if getattr(self.text, n)), None)
        if given and "text" not in modules:
            message = f"--{given} is for .csv, .tsv and .txt; other files say what they hold"
            raise UsageError(message)
        if self.indices and modules.isdisjoint(("pictures", "tiff")):
            message = "--indices is for pictures that have a palette"
            raise UsageError(message)

    def read(self, source: Source) -> Content:
        """What a file holds and a picture carries; what else it holds is named, or refused."""
        options = replace(self.text, inside=source.inside, indices=self.indices)
        try:
            with path_of(source.path) as path:
                content = read(path, options)
        except (FormatError, MissingExtraError) as problem:
            message = f"{source.path}: {problem}"
            raise type(problem)(message) from problem
        for note in content.notes:
            self.talk.note(f"{source.path}: {note}")
        uncarried = _uncarried(content.arrays)
        skipped = content.skipped | uncarried
        for name, why in skipped.items():
            whose = f"{source.path}: {name!a}" if name else f"{source.path}"
            if self.skip:
                self.talk.note(f"{whose} left out: {why}")
            else:
                alone = len(content.arrays | skipped) == 1
                message = f"{whose}: {why}" + ("" if alone else "; --skip leaves it out")
                raise FormatError(message)
        kept = {name: array for name, array in content.arrays.items() if name not in uncarried}
        if skipped and not kept:
            message = f"{source.path}: nothing is left to pack"
            raise FormatError(message)
        return Content(kept, content.attrs, content.metadata)

    def plan_lines(self, place: Path, packed: Packed) -> list[str]:
        """What would be written."""
        head = f"{escaped(str(place))}: {self.summary(packed.encoded)}"
        arrays = [
            f"  {escaped(name)}  {array.dtype.name}  {'x'.join(map(str, array.shape)) or 'scalar'}"
            for name, array in packed.arrays.items()
        ]
        more = len(arrays) - _SHOWN_MAX
        return [head, *arrays[:_SHOWN_MAX], *([f"  and {more} more"] if more > 0 else [])]

    def summary(self, encoded: Encoded) -> str:
        """Size and use of the picture in one line."""
        width, height, depths = encoded.picture.width, encoded.picture.height, encoded.job.depths
        capacity = carrier_capacity(width * height, depths)
        return use_text(width, height, encoded.body.length, capacity, profile_name(depths))


def _uncarried(arrays: dict[str, Array]) -> dict[str, str]:
    """The arrays that no picture can carry, and why."""
    found = {}
    for name, array in arrays.items():
        try:
            element_type_of(array)
        except EncodeError as problem:
            found[name] = problem.detail
    return found


def text_options(dtype: str | None, delimiter: str | None, decimal: str | None) -> ReadOptions:
    """How text files are read; UsageError for what none can have."""
    from intaglio._convert.text_numbers import text_dtype
    from intaglio._convert.text_rows import delimiter_of

    option = "dtype"
    try:
        if dtype is not None:
            text_dtype(dtype)
        option = "delimiter"
        if delimiter is not None:
            delimiter = delimiter_of(delimiter)
    except ValueError as problem:
        message = f"--{option}: {problem}"
        raise UsageError(message) from problem
    if decimal not in (None, ".", ","):
        message = f"--decimal is '.' or ',', not {decimal[:40]!a}"
        raise UsageError(message)
    if decimal == "," == delimiter:
        message = "--delimiter and --decimal cannot both be a comma"
        raise UsageError(message)
    return ReadOptions(dtype, delimiter=delimiter, decimal=decimal)


def json_option(option: str, text: str | None) -> dict[str, Any]:
    """The object that an option gives as JSON, or as @ and the name of a file."""
    if text is None:
        return {}
    try:
        raw = Path(text[1:]).read_bytes() if text.startswith("@") else text.encode()
        return read_metadata(raw.strip())
    except (DecodeError, UnicodeEncodeError) as problem:
        detail = problem.detail if isinstance(problem, DecodeError) else "it is not UTF-8"
        message = f"--{option} takes a JSON object, or @ and its file: {detail}"
        raise UsageError(message) from problem


def _names(source: Source, content: Content, *, alone: bool) -> dict[str, str]:
    """The new name of each of the file's arrays."""
    if source.name is not None:
        only = len(content.arrays) == 1
        return {
            old: source.name if only or not old else f"{source.name}/{old}"
            for old in content.arrays
        }
    return {old: old or (DEFAULT_NAME if alone else _stem(source)) for old in content.arrays}


def _stem(source: Source) -> str:
    return source.name or (DEFAULT_NAME if source.path == STDIN else source.path.stem)


def _collision(name: str, first: Path, second: Path) -> str:
    return (
        f"an array named {name!a} is in {first} and in {second}: name one, OTHER={second}, "
        "or write one picture each, -o DIR/"
    )


def _twice(stem: str, path: Path) -> str:
    return (
        f"the metadata of {path} would replace that of another file, both called {stem!a}: "
        f"name it, OTHER={path}, or write one picture each, -o DIR/"
    )
