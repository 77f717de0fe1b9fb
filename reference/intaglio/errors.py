"""All exceptions, and the reasons that they carry.

    ValueError
      IntaglioError             .reason .detail
        EncodeError             arrays, options or cover of the caller cannot be carried; .option
        DecodeError             the file breaks a rule of SPEC.md or exceeds a limit; .diagnosis
          ContentError          the file is sound, but does not hold the requested kind of content
      FormatError               a file of another format is damaged, or cannot hold the arrays
    KeyError
      UnknownNameError          the file has no array of that name
      AmbiguousNameError        no name was given, and the file has several arrays or none
    ImportError
      MissingExtraError         an optional package is not installed

Programs should use the reason: its text is stable, and is listed in SPEC.md section 14.7. The
detail is a sentence for people and may change.
"""

from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from types import ModuleType
from typing import Any, Final

FindCause = Callable[[str], tuple[str | None, str]]


class Reason(StrEnum):
    """Why a file was refused, or why arrays could not be written.

    The members are strings, such as "block-damaged". SPEC.md section 14.7 lists those of readers.
    """

    # Reasons to refuse a file: SPEC.md, "Registry of reasons".
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

    # Reasons of writers only; name-invalid and metadata-invalid are used by readers and writers.
    DTYPE_UNSUPPORTED = "dtype-unsupported"
    SHAPE_UNSUPPORTED = "shape-unsupported"
    HEADER_TOO_LARGE = "header-too-large"
    CAPACITY_EXCEEDED = "capacity-exceeded"
    COVER_INVALID = "cover-invalid"
    FORMAT_UNSUPPORTED = "format-unsupported"
    OPTION_INVALID = "option-invalid"

    # Reason of `ContentError`, for readers of figures, tables, datasets and Zarr chunks.
    CONTENT_OTHER = "content-other"


_FIRST_WRITER_REASON: Final = list(Reason).index(Reason.DTYPE_UNSUPPORTED)
DECODE_REASONS: Final = tuple(Reason)[:_FIRST_WRITER_REASON]


class IntaglioError(ValueError):
    """The base class of `EncodeError` and `DecodeError`.

    Attributes
    ----------
    reason : Reason
        The stable reason.
    detail : str
        A sentence for people: what happened, where, and what to do. May change.
    """

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
    """The caller's arrays, options or cover cannot be carried.

    Attributes
    ----------
    reason : Reason
        The stable reason.
    detail : str
        A sentence for people.
    option : str or None
        The keyword at fault, such as "linthresh"; None if it is not a single keyword.

    Examples
    --------
    >>> try:
    ...     ig.dumps([1.0], level=99)
    ... except ig.EncodeError as problem:
    ...     print(problem.reason, problem.option)
    option-invalid level
    """

    def __init__(self, reason: Reason, detail: str, option: str | None = None) -> None:
        super().__init__(reason, detail)
        self.option: Final = option


class PictureWarning(UserWarning):
    """The picture does not show an array as it is: colours are clipped, or alpha is over white.

    The array that the file carries is exact nevertheless.
    """


class DecodeError(IntaglioError):
    """The file breaks a rule of SPEC.md, or exceeds a limit of this reader.

    Attributes
    ----------
    reason : Reason
        The stable reason, one of SPEC.md section 14.7.
    detail : str
        A sentence for people, with the probable cause.
    diagnosis : str or None
        What probably happened to the file, such as "jpeg" or "cropped-top"; None: unknown.

    Notes
    -----
    The cause is searched for when detail, diagnosis or the text is first used.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self._diagnosis: str | None = None
        self._find_cause: FindCause | None = None

    @property
    def detail(self) -> str:
        """The sentence for people, with the probable cause if one was found."""
        self._settle()
        return self._detail

    @property
    def diagnosis(self) -> str | None:
        """What probably happened to the file, such as "jpeg" or "cropped-top"; None: unknown."""
        self._settle()
        return self._diagnosis

    def explain(self, diagnosis: str | None, detail: str) -> None:
        """Set diagnosis and detail after the error was raised; the reason does not change."""
        self._find_cause = None
        self._diagnosis = diagnosis
        self._detail = detail
        self.args = (self.reason, detail)

    def explain_when_asked(self, find_cause: FindCause) -> None:
        """Call `find_cause` once, when diagnosis or detail is first used.

        It gets the current detail, and returns diagnosis and detail. It must not raise.
        """
        self._find_cause = find_cause

    def _settle(self) -> None:
        if self._find_cause is not None:
            self.explain(*self._find_cause(self._detail))

    def __reduce__(self) -> str | tuple[Any, ...]:
        self._settle()  # the function that finds the cause refers to the file: do not pickle it
        return super().__reduce__()


class ContentError(DecodeError):
    """The file is sound, but does not hold the requested content: no figure, another chunk.

    Its reason is always `content-other`, which is not a reason of SPEC.md section 14.7.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(Reason.CONTENT_OTHER, detail)

    def __reduce__(self) -> tuple[type["ContentError"], tuple[str]]:
        return ContentError, (self.detail,)


class FormatError(ValueError):
    """A file of another format is damaged, or cannot hold the arrays; the text says what to do."""


class UnknownNameError(KeyError):
    """The file has no array of that name; the message lists its arrays."""

    def __init__(self, name: str, names: list[str]) -> None:
        super().__init__(name)
        self._names: Final = names

    def __str__(self) -> str:
        return f"no array named {self.args[0]!a}; this file has {listed(self._names)}"

    def __reduce__(self) -> tuple[type["UnknownNameError"], tuple[str, list[str]]]:
        return UnknownNameError, (self.args[0], self._names)


class AmbiguousNameError(KeyError):
    """No name was given, and the file has several arrays or none; the message lists them."""

    def __str__(self) -> str:
        return str(self.args[0])


def listed(names: list[str]) -> str:
    """Names for a message: escaped, at most ten."""
    shown = ", ".join(ascii(name) for name in names[:10])
    return (shown or "no arrays") + (f" and {len(names) - 10} more" if len(names) > 10 else "")


class MissingExtraError(ImportError):
    """An optional package is not installed; the message says how to install it.

    Attributes
    ----------
    name : str
        The name of the package.
    """


def need(module: str, extra: str) -> ModuleType:
    """Import `module`; MissingExtraError names the extra of Intaglio that installs it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as problem:
        raise missing(problem, module, extra) from problem


def missing(problem: ModuleNotFoundError, module: str, extra: str) -> ImportError:
    """The error to raise for `problem`: MissingExtraError if `module` itself is missing."""
    package = module.partition(".")[0]
    if problem.name is None or problem.name.partition(".")[0] != package:
        return problem
    message = f"this needs {package}: pip install 'intaglio[{extra}]'"
    return MissingExtraError(message, name=package)
