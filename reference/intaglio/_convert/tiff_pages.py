"""What the pages of a TIFF say, before tifffile reads their samples.

tifffile fills segments that are missing with zeros, scales samples of mixed depths, and lets
OME-XML point to other files and to any number of planes. All of that is refused here, and tags
that no array holds are named.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET  # DTDs are refused before

from intaglio._rasters import left_out
from intaglio.errors import FormatError

PALETTE: Final = 3
_PLAIN_PHOTOMETRICS: Final = frozenset({1, 2, PALETTE})  # 0 is black, RGB, a palette
_MIN_IS_WHITE: Final = 0
_ASSOCIATED: Final = 1  # of ExtraSamples: colours are multiplied by alpha
_COMPLEX_INTEGERS: Final = 5  # of SampleFormat
_JPEG: Final = frozenset({6, 7})
_WHOLE_BITS: Final = frozenset({8, 16, 32, 64, 128})
_DESCRIPTION, _ORIENTATION, _FILL_ORDER = 270, 274, 266
_RESOLUTION: Final = frozenset({282, 283, 296})
_READ: Final = frozenset(
    {
        *(254, 255, 256, 257, 258, 259, 262, _FILL_ORDER, 273, _ORIENTATION, 277, 278, 279),
        *(284, 292, 293, 317, 320, 322, 323, 324, 325, 330, 338, 339, 347, 530, 32997, 32998),
    }
)
_OME_NUMBERS: Final = ("IFD", "NumPlanes", "PlaneCount")
_XML_BYTES_MAX: Final = 2**26


class _Kept(logging.Handler):
    """Records that are kept, and shown nowhere."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def sayings() -> Iterator[list[str]]:
    """What tifffile logs meanwhile, instead of on standard error; its errors are raised."""
    handler = _Kept(logging.WARNING)
    logger = logging.getLogger("tifffile")
    propagates, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    notes: list[str] = []
    try:
        yield notes
        for record in handler.records:
            text = record.getMessage().partition("> ")[2] or record.getMessage()
            if record.levelno >= logging.ERROR:
                message = f"not a readable TIFF file: {text:.200}"
                raise FormatError(message)
            notes.append(f"tifffile warns: {text:.200}")
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates


def check_page(page: Any, size: int) -> None:  # noqa: ANN401 - a TiffPage
    """Refuse a page whose samples tifffile would make up or change. size: of the file."""
    for code, what in ((258, "depths"), (339, "formats")):  # BitsPerSample, SampleFormat
        value = page.tags.valueof(code)
        if isinstance(value, tuple) and len(set(value)) > 1:
            message = f"its samples have several {what}, {value}"
            raise FormatError(message)
    if page.dtype is None:
        message = (
            f"it has samples of {page.bitspersample} bits in sample format "
            f"{int(page.sampleformat)}, which are not read"
        )
        raise FormatError(message)
    offsets, counts = page.dataoffsets, page.databytecounts
    if len(offsets) != len(counts) or not len(offsets):
        message = f"it has {len(offsets)} offsets of strips or tiles, and {len(counts)} lengths"
        raise FormatError(message)
    for i, (offset, count) in enumerate(zip(offsets, counts, strict=True)):
        if not (offset and count):
            message = f"strip or tile {i} has no data; write the file again without sparse tiles"
            raise FormatError(message)
        if offset + count > size:
            message = (
                f"it is cut off: strip or tile {i} ends at byte {offset + count:,} of {size:,}"
            )
            raise FormatError(message)


def notes_of(pages: list[Any]) -> list[str]:
    """What the pages' tags say and no array holds."""
    notes: dict[str, None] = {}  # each once, in order
    names: list[str] = []
    for page in pages:
        notes |= dict.fromkeys(_notes_of_page(page))
        names += [tag.name for tag in page.tags if not _is_read(page, tag)]
    return [*notes, *([left_out("tags", names)] if names else [])]


def _notes_of_page(page: Any) -> Iterator[str]:  # noqa: ANN401 - a TiffPage
    photometric = int(page.photometric)
    if photometric == _MIN_IS_WHITE:
        yield "0 is white in it (MinIsWhite), its samples are stored as they are"
    elif photometric not in _PLAIN_PHOTOMETRICS:
        name = getattr(page.photometric, "name", photometric)
        decoded = " as decoded" if int(page.compression) in _JPEG else ""
        yield f"its samples are {name}{decoded}, not converted"
    if page.bitspersample not in _WHOLE_BITS:
        yield f"its samples have {page.bitspersample} bit(s), stored as {page.dtype.name}"
    if int(page.sampleformat) == _COMPLEX_INTEGERS:
        yield f"its samples are complex integers, stored as {page.dtype.name}"
    if _ASSOCIATED in page.extrasamples:
        yield "its colours are multiplied by alpha (associated), stored as they are"
    orientation = page.tags.valueof(_ORIENTATION, 1)
    if orientation != 1:
        yield f"its orientation ({int(orientation)}) is not applied"


def _is_read(page: Any, tag: Any) -> bool:  # noqa: ANN401 - a TiffPage and its TiffTag
    """Whether the arrays hold what a tag says, or it says nothing."""
    if tag.code == _DESCRIPTION:
        return page.is_shaped and _is_shape_alone(tag.value)
    if tag.code in _RESOLUTION:  # (1, 1) without a unit is what writers put for none
        unit = int(page.tags.valueof(296, 2))
        return unit == 1 and page.tags.valueof(282) == page.tags.valueof(283) == (1, 1)
    return tag.code in _READ


def _is_shape_alone(text: str) -> bool:
    try:
        return set(json.loads(text)) == {"shape"}
    except (ValueError, TypeError):
        return False


def check_ome(xml: str, name: str, planes: int) -> None:
    """Refuse OME-XML that names other files, or more planes than the file has."""
    if len(xml) > _XML_BYTES_MAX or "<!" in xml.replace("<!--", ""):
        message = "its OME-XML is too long, or has a document type"
        raise FormatError(message)
    root = ET.fromstring(xml)  # noqa: S314 - it has no document type
    own = root.get("UUID")
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "BinaryOnly":
            _other_file(element.get("MetadataFile", ""))
        if tag == "UUID" and element.text != own:
            other = element.get("FileName", "")
            if own is not None or Path(other).name.lower() != name.lower():
                _other_file(other)
        if tag == "TiffData":
            for key, value in element.items():
                if key in _OME_NUMBERS or key.startswith("First"):
                    _check_number(key, value, planes)
        if tag.startswith("ModuloAlong") and element.get("Start") is not None:
            _check_steps(element, planes)


def _other_file(name: str) -> None:
    message = (
        f"its OME-XML names another file, {Path(name).name!a}, which is not read: "
        "save all planes in one file"
    )
    raise FormatError(message)


def _check_number(key: str, value: str, planes: int) -> None:
    if not (value.isascii() and value.isdigit() and int(value[:20]) <= planes):
        message = f"its OME-XML has {key}={value[:20]!a}, and the file {planes} plane(s)"
        raise FormatError(message)


def _check_steps(element: ET.Element, planes: int) -> None:
    start, stop, step = (float(element.get(key, "1")) for key in ("Start", "End", "Step"))
    if not (step > 0 and 0 <= (stop - start) / step <= planes):
        message = "its OME-XML has a modulo axis that is longer than the file"
        raise FormatError(message)
