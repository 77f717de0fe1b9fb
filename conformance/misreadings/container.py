"""Misreadings of SPEC.md sections 7, 11 and 12."""

from typing import Final

from misreadings.misreading import Misreading, one

_CANONICAL: Final = (
    "        part = canonical[(low - begin) * item_bytes : (high - begin) * item_bytes]"
)
_METADATA: Final = (
    "    metadata = read_metadata(header.metadata)\n"
    "    attrs = tuple(read_metadata(record.metadata) for record in header.arrays)\n"
)
_RETURN: Final = "    return canonical\n\n\ndef array_of"


def _elements(name: str, label: str, reading: str, edit: str) -> Misreading:
    """A reader that does something to the elements after all digests were right."""
    return one(
        name,
        label,
        reading,
        "_container",
        _RETURN,
        "    name = array_type(record)[0].element.name\n" + edit + _RETURN,
    )


MISREADINGS: Final = (
    one(
        "bytes-behind-the-blocks-allowed",
        "CON-1",
        "The body may be longer than what is in it.",
        "_container",
        "if empty or position != prologue.body_length:",
        "if empty or position > prologue.body_length:",
    ),
    one(
        "stored-length-zero",
        "CON-2",
        "A block of no bytes is a block.",
        "_container",
        "if empty or position",
        "if position",
    ),
    one(
        "sum-of-stored-lengths-of-32-bits",
        "CON-1",
        "Lengths are added up in 32 bits.",
        "_container",
        "if empty or position != prologue.body_length:",
        "if empty or position % 2**32 != prologue.body_length % 2**32:",
    ),
    one(
        "root-not-checked",
        "CON-3",
        "CRC-32s guard header and prologue; the root is for signatures.",
        "_container",
        "if root_digest(prologue_raw, header_raw, tables_raw) != prologue.root:",
        "if False:",
    ),
    one(
        "root-of-the-header-alone",
        "CON-3",
        "root is the SHA-256 of header and block tables.",
        "_blocks",
        "digest = hashlib.sha256(prologue[:PROLOGUE_ROOTED_BYTES])",
        "digest = hashlib.sha256()",
    ),
    one(
        "root-checked-last",
        "DEC-1",
        "Lengths are checked as they are read, the root afterwards.",
        "_container",
        "    if root_digest(prologue_raw, header_raw, tables_raw) != prologue.root:",
        '    stored = read_table(tables_raw)["stored_length"].astype(object).sum()\n'
        "    if stored + tables_end != prologue.body_length:\n"
        "        raise DecodeError(Reason.LENGTH_MISMATCH, '')\n"
        "    if root_digest(prologue_raw, header_raw, tables_raw) != prologue.root:",
    ),
    one(
        "tables-after-root",
        "DEC-1",
        "Where tables do not fit, the root cannot match.",
        "_container",
        'raise DecodeError(Reason.LENGTH_MISMATCH, "the block tables',
        'raise DecodeError(Reason.ROOT_MISMATCH, "the block tables',
    ),
    one(
        "extensions-before-metadata",
        "DEC-1",
        "The header is checked whole before anything in it is parsed.",
        "_container",
        _METADATA,
        "    check_extensions(header)\n" + _METADATA,
    ),
    one(
        "metadata-before-names",
        "DEC-1",
        "Metadata stands first in the header and is checked first.",
        "_header",
        "    names = _read_names([record.name for record in fields.arrays])\n",
        "    from intaglio._metadata import read_metadata\n"
        "    for text in (fields.metadata, *(record.metadata for record in fields.arrays)):\n"
        "        read_metadata(text)\n"
        "    names = _read_names([record.name for record in fields.arrays])\n",
    ),
    one(
        "names-with-their-records",
        "DEC-1",
        "A record's name is checked with the record, before the next one.",
        "_header",
        "    for index, record in enumerate(fields.arrays):\n",
        "    for index, record in enumerate(fields.arrays):\n        _read_names([record.name])\n",
    ),
    one(
        "version-before-crc",
        "DEC-1",
        "The version is looked at before anything that depends on it.",
        "_prologue",
        "    if not is_sealed(raw):",
        "    if common.major != FORMAT_MAJOR:\n"
        "        raise DecodeError(Reason.VERSION_UNKNOWN, '')\n"
        "    if not is_sealed(raw):",
    ),
    one(
        "png-checked-last",
        "DEC-1",
        "A payload that is wrong is reported before the rest of the PNG is read.",
        "_codec",
        "        except DecodeError as problem:\n"
        "            if problem.reason != Reason.PNG_DAMAGED:\n"
        "                png.drain()\n"
        "            raise\n",
        "        except DecodeError:\n            raise\n",
    ),
    one(
        "png-not-read-to-its-end",
        "DEC-1",
        "When all arrays are right, the rest of the PNG does not matter.",
        "_codec",
        "            raise\n        png.drain()\n",
        "            raise\n",
    ),
    one(
        "absent-name-told-at-once",
        "DEC-1",
        "A name that is not there is told as soon as the header is read.",
        "_codec",
        "        except KeyError:  # a name that is not there is told after step 19\n"
        "            png.drain()\n"
        "            raise\n",
        "",
    ),
    one(
        "unwanted-arrays-judged",
        "HDR-15",
        "A file with an array of unknown code is refused, whoever asks for what.",
        "_codec",
        "records = (self.contents.header.arrays[place] for place in places)",
        "records = iter(self.contents.header.arrays)",
    ),
    one(
        "unwanted-blocks-judged",
        "DEC-1",
        "All blocks of a file are checked, whichever are wanted.",
        "_codec",
        "            return read_canonical(self.contents, self._places[name],",
        "            for index in range(len(self.names)):\n"
        "                read_canonical(self.contents, index, self._extractor.body)\n"
        "            return read_canonical(self.contents, self._places[name],",
    ),
    one(
        "codes-checked-as-blocks-are-read",
        "DEC-1",
        "An array's codes are checked when its turn comes, after the arrays before it.",
        "_container",
        "    total = sum(record.size * array_type(record)[0].element.item_bytes "
        "for record in records)",
        "    total = 0",
    ),
    one(
        "filters-before-elements",
        "DEC-1",
        "Filter codes come first, element codes afterwards.",
        "_container",
        "    kind = known_element(record.element, record.unit, record.unit_count)\n"
        "    for code, _ in record.filters:\n"
        "        if code not in FILTER_BY_CODE:\n"
        '            raise DecodeError(Reason.FILTER_UNKNOWN, f"filter code 0x{code:02X}")\n',
        "    for code, _ in record.filters:\n"
        "        if code not in FILTER_BY_CODE:\n"
        "            raise DecodeError(Reason.FILTER_UNKNOWN, '')\n"
        "    kind = known_element(record.element, record.unit, record.unit_count)\n",
    ),
    one(
        "bool-before-digest",
        "DEC-1",
        "Elements are looked at as they come out, digests are compared afterwards.",
        "_blocks",
        "    if hashlib.sha256(block.data).digest() != entry.digest:",
        "    if form.component_bytes == 1 and block.max(initial=0) == 2:\n"
        "        raise DecodeError(Reason.ELEMENT_INVALID, '')\n"
        "    if hashlib.sha256(block.data).digest() != entry.digest:",
    ),
    one(
        "bool-any-nonzero",
        "ARR-4",
        "Any byte but 0 is true.",
        "_arrays",
        "if element.code == _BOOL and block.size and block.max() > 1:",
        "if False:",
    ),
    one(
        "array-digest-not-checked",
        "ARR-6",
        "The blocks' digests cover every byte already.",
        "_container",
        "if whole != record.digest:",
        "if False:",
    ),
    one(
        "empty-array-without-digest",
        "ARR-6",
        "An array without elements has no digest to check.",
        "_container",
        "if whole != record.digest:",
        "if record.size and whole != record.digest:",
    ),
    _elements(
        "float-through-a-double",
        "ARR-2",
        "A float32 fits a double, so it may pass through one.",
        '    if name in ("float32", "complex64"):\n'
        "        with np.errstate(all='ignore'):\n"
        '            canonical = canonical.view("<f4").astype("<f8").astype("<f4").view(np.uint8)\n',
    ),
    _elements(
        "half-through-a-float",
        "ARR-2",
        "A float16 fits a float32, so it may pass through one.",
        '    if name == "float16":\n'
        '        bits = canonical.view("<u2").copy()\n'
        '        bits[np.isnan(bits.view("<f2"))] |= np.uint16(0x200)  # as a processor does\n'
        "        canonical = bits.view(np.uint8)\n",
    ),
    _elements(
        "signalling-nan-quieted",
        "ARR-2",
        "Loading a double into a register and storing it changes nothing.",
        '    if name in ("float64", "complex128"):\n'
        '        bits = canonical.view("<u8").copy()\n'
        '        bits[np.isnan(bits.view("<f8"))] |= np.uint64(1 << 51)\n'
        "        canonical = bits.view(np.uint8)\n",
    ),
    _elements(
        "nan-canonicalised",
        "ARR-2",
        "There is one NaN.",
        '    if name in ("float64", "complex128"):\n'
        '        reals = canonical.view("<f8").copy()\n'
        "        reals[np.isnan(reals)] = np.nan\n"
        "        canonical = reals.view(np.uint8)\n",
    ),
    _elements(
        "negative-zero-lost",
        "ARR-2",
        "-0 equals 0.",
        '    if name in ("float32", "complex64"):\n'
        '        reals = canonical.view("<f4").copy()\n'
        "        reals[reals == 0] = 0\n"
        "        canonical = reals.view(np.uint8)\n",
    ),
    _elements(
        "subnormals-flushed",
        "ARR-2",
        "Subnormal numbers are zero.",
        '    if name in ("float32", "complex64"):\n'
        '        reals = canonical.view("<f4").copy()\n'
        "        reals[np.abs(reals) < np.finfo(np.float32).tiny] *= 0\n"
        "        canonical = reals.view(np.uint8)\n",
    ),
    _elements(
        "int64-through-a-double",
        "ARR-2",
        "Integers are numbers, and numbers are doubles.",
        '    if name in ("int64", "uint64", "datetime64", "timedelta64"):\n'
        '        signed = canonical.view("<u8" if name == "uint64" else "<i8")\n'
        "        with np.errstate(all='ignore'):\n"
        "            canonical = signed.astype(float).astype(signed.dtype).view(np.uint8)\n",
    ),
    _elements(
        "big-endian-elements",
        "ARR-1",
        "Elements are in network order.",
        '    canonical = canonical.view(f"u{array_type(record)[0].element.component_bytes}")'
        ".byteswap().view(np.uint8)\n",
    ),
    _elements(
        "column-major-elements",
        "ARR-1",
        "The first dimension varies fastest.",
        "    if record.size:\n"
        "        item = array_type(record)[0].element.item_bytes\n"
        "        turned = canonical.reshape(*record.shape[::-1], item)\n"
        "        axes = range(len(record.shape))\n"
        "        canonical = turned.transpose(*reversed(axes), len(axes)).ravel()\n",
    ),
    _elements(
        "imaginary-part-first",
        "ARR-1",
        "A complex element is its imaginary component, then its real one.",
        '    if name.startswith("complex"):\n'
        "        half = array_type(record)[0].element.component_bytes\n"
        "        canonical = canonical.reshape(-1, 2, half)[:, ::-1].ravel()\n",
    ),
    _elements(
        "sign-and-magnitude",
        "ARR-3",
        "Negative integers are a sign and a magnitude, to be turned into two's complement.",
        '    if name in ("int8", "int16", "int32", "int64"):\n'
        '        signed = canonical.view(f"<i{len(canonical) // max(record.size, 1)}")\n'
        "        low = signed & np.iinfo(signed.dtype).max\n"
        "        canonical = np.where(signed < 0, -low, low).view(np.uint8)\n",
    ),
    _elements(
        "bfloat16-widened",
        "ARR-3",
        "bfloat16 is half of a binary32, and comes back as the whole.",
        '    if name == "bfloat16":\n'
        '        canonical = (canonical.view("<u2").astype("<u4") << np.uint32(16)).view(np.uint8)\n',
    ),
    _elements(
        "not-a-time-normalised",
        "ARR-5",
        "A datetime that does not fit another unit is not a time.",
        '    if name == "datetime64":\n'
        '        times = canonical.view("<i8").copy()\n'
        "        times[np.abs(times) > 2**62] = -(2**63)\n"
        "        canonical = times.view(np.uint8)\n",
    ),
    Misreading(
        "output-limit-of-65536-bytes-an-array",
        "LIM-3",
        "A reader's limit may be as small as it likes.",
        (("_limits", "OUTPUT_BYTES_MAX: Final = 2**32", "OUTPUT_BYTES_MAX: Final = 2**16"),),
    ),
)
