"""What can go wrong: two types, one list of reasons.

A reason is for machines: its text is stable, stands in SPEC.md's registry, in
the conformance cases and in the command's output. The detail is for people
and may change.
"""

from enum import StrEnum
from typing import Final


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
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.detail} [{self.reason}]"


class EncodeError(IntaglioError):
    """The caller's arrays, options or cover can't be carried."""


class DecodeError(IntaglioError):
    """The file breaks a rule of SPEC.md, or passes a limit of this reader.

    diagnosis: a word for what happened to the file, such as "jpeg" or "cropped-top"; None where
    nothing was found. The detail says it in a sentence, with "probably" where it is inferred.
    """

    diagnosis: str | None = None

    def explain(self, diagnosis: str | None, detail: str) -> None:
        """Say more than was known where this was raised; the reason stays."""
        self.diagnosis = diagnosis
        self.detail = detail
        self.args = (self.reason, detail)


class ContentError(DecodeError):
    """The file is sound, and holds something else than was asked for: no figure, another chunk.

    Its reason is always `content-other`, which is none of SPEC.md 14.7.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(Reason.CONTENT_OTHER, detail)

    def __reduce__(self) -> tuple[type["ContentError"], tuple[str]]:
        return ContentError, (self.detail,)
