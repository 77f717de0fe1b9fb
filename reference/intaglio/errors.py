"""All exceptions, and the reasons that they carry.

    ValueError
      IntaglioError             .reason .detail
        EncodeError             the caller's arrays, options or cover cannot be carried; .option
        DecodeError             the file breaks a rule of SPEC.md or passes a limit; .diagnosis
          ContentError          the file is sound, and holds something else than was asked for
      FormatError               a file of another format is damaged, or cannot hold the arrays
    KeyError
      UnknownNameError          the file has no array of that name
      AmbiguousNameError        no name was given, and the file has not just one array
    ImportError
      MissingExtraError         an optional package is not installed

A reason is for machines: its text is stable and stands in SPEC.md 14.7, in the conformance cases
and in the command's output. The detail is for people and may change.
"""

from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from types import ModuleType
from typing import Any, Final

FindCause = Callable[[str], tuple[str | None, str]]


class Reason(StrEnum):
    """Why a file was refused, or why something could not be written."""

    # What a file can be refused for: SPEC.md, "Registry of reasons".
    NOT_PNG = "not-png"
    PNG_DAMAGED = "png-damaged"
    LIMIT_EXCEEDED = "limit-exceeded"
    NO_PROLOGUE = "no-prologue"
    PROLOGUE_DAMAGED = "prologue-damaged"
    VERSION_UNKNOWN = "version-unknown"
    REQUIRED_FLAG_UNKNOWN = "required-flag-unknown"
    PROLOGUE_MALFORMED = "prologue-malformed"
    CARRIER_SIZE_MISMATCH = "carrier-size-mismatch"
    LENGTH_MISMATCH = "length-mismatch"
    HEADER_DAMAGED = "header-damaged"
    HEADER_MALFORMED = "header-malformed"
    NAME_INVALID = "name-invalid"
    METADATA_INVALID = "metadata-invalid"
    EXTENSION_UNKNOWN = "extension-unknown"
    ROOT_MISMATCH = "root-mismatch"
    ELEMENT_UNKNOWN = "element-unknown"
    FILTER_UNKNOWN = "filter-unknown"
    CODEC_UNKNOWN = "codec-unknown"
    BLOCK_DAMAGED = "block-damaged"
    BLOCK_MALFORMED = "block-malformed"
    BLOCK_DIGEST_MISMATCH = "block-digest-mismatch"
    ELEMENT_INVALID = "element-invalid"
    ARRAY_DIGEST_MISMATCH = "array-digest-mismatch"

    # What only a writer says; name-invalid and metadata-invalid serve both.
    DTYPE_UNSUPPORTED = "dtype-unsupported"
    SHAPE_UNSUPPORTED = "shape-unsupported"
    HEADER_TOO_LARGE = "header-too-large"
    CAPACITY_EXCEEDED = "capacity-exceeded"
    COVER_INVALID = "cover-invalid"
    FORMAT_UNSUPPORTED = "format-unsupported"
    OPTION_INVALID = "option-invalid"

    # What only readers of figures, tables, datasets and Zarr chunks raise: `ContentError`.
    CONTENT_OTHER = "content-other"


_FIRST_WRITER_REASON: Final = list(Reason).index(Reason.DTYPE_UNSUPPORTED)
DECODE_REASONS: Final = tuple(Reason)[:_FIRST_WRITER_REASON]


class IntaglioError(ValueError):
    """What `EncodeError` and `DecodeError` share: a reason and a detail."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason: Final = reason
        self._detail = detail

    @property
    def detail(self) -> str:
        """What happened, where, and what to do: for people; may change between versions."""
        return self._detail

    def __str__(self) -> str:
        return f"{self.detail} [{self.reason}]"


class EncodeError(IntaglioError):
    """The caller's arrays, options or cover can't be carried.

    option: the keyword at fault, such as "linthresh"; None where no single keyword is.
    """

    def __init__(self, reason: Reason, detail: str, option: str | None = None) -> None:
        super().__init__(reason, detail)
        self.option: Final = option


class PictureWarning(UserWarning):
    """The picture does not show an array as it is: colours are clipped, or alpha is over white.

    The array that the file carries is exact all the same.
    """


class DecodeError(IntaglioError):
    """The file breaks a rule of SPEC.md, or passes a limit of this reader.

    The detail and the diagnosis are made when one of them, or the text, is first asked for.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self._diagnosis: str | None = None
        self._find_cause: FindCause | None = None

    @property
    def detail(self) -> str:
        """The sentence for people, with the probable cause where one was found."""
        self._settle()
        return self._detail

    @property
    def diagnosis(self) -> str | None:
        """A word for what happened to the file, such as "jpeg" or "cropped-top"; None: unknown."""
        self._settle()
        return self._diagnosis

    def explain(self, diagnosis: str | None, detail: str) -> None:
        """Say more than was known where this was raised; the reason stays."""
        self._find_cause = None
        self._diagnosis = diagnosis
        self._detail = detail
        self.args = (self.reason, detail)

    def explain_when_asked(self, find_cause: FindCause) -> None:
        """Call `find_cause` for the diagnosis once, if it is ever asked for.

        It gets the detail so far, and returns diagnosis and detail; it must not raise.
        """
        self._find_cause = find_cause

    def _settle(self) -> None:
        if self._find_cause is not None:
            self.explain(*self._find_cause(self._detail))

    def __reduce__(self) -> str | tuple[Any, ...]:
        self._settle()  # what finds the cause holds the file, and stays here
        return super().__reduce__()


class ContentError(DecodeError):
    """The file is sound, and holds something else than was asked for: no figure, another chunk.

    Its reason is always `content-other`, which is none of SPEC.md 14.7.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(Reason.CONTENT_OTHER, detail)

    def __reduce__(self) -> tuple[type["ContentError"], tuple[str]]:
        return ContentError, (self.detail,)


class FormatError(ValueError):
    """The file is damaged, or holds what the other side cannot hold; the text says what to do."""


class UnknownNameError(KeyError):
    """No array of that name; the message lists those there are."""

    def __init__(self, name: str, names: list[str]) -> None:
        super().__init__(name)
        self._names: Final = names

    def __str__(self) -> str:
        return f"no array named {self.args[0]!a}; this file has {listed(self._names)}"

    def __reduce__(self) -> tuple[type["UnknownNameError"], tuple[str, list[str]]]:
        return UnknownNameError, (self.args[0], self._names)


class AmbiguousNameError(KeyError):
    """No name was given, and the file has not just one array; the message lists them."""

    def __str__(self) -> str:
        return str(self.args[0])


def listed(names: list[str]) -> str:
    """Names for a message: escaped, at most ten."""
    shown = ", ".join(ascii(name) for name in names[:10])
    return (shown or "no arrays") + (f" and {len(names) - 10} more" if len(names) > 10 else "")


class MissingExtraError(ImportError):
    """An optional package is not installed; the message says how to install it.

    name: the package's.
    """


def need(module: str, extra: str) -> ModuleType:
    """The imported `module`; MissingExtraError naming the extra of Intaglio that installs it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as problem:
        raise missing(problem, module, extra) from problem


def missing(problem: ModuleNotFoundError, module: str, extra: str) -> ImportError:
    """What to raise for `problem`: MissingExtraError if `module` is what is missing."""
    package = module.partition(".")[0]
    if problem.name is None or problem.name.partition(".")[0] != package:
        return problem
    message = f"this needs {package}: pip install 'intaglio[{extra}]'"
    return MissingExtraError(message, name=package)
