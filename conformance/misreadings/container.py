"""Misreadings of SPEC.md sections 7, 11 and 12."""

from typing import Final

from misreadings.misreading import Misreading, one

_NAMED: Final = '    name = record.name.decode("utf-8")\n'


def _elements(name: str, label: str, reading: str, edit: str) -> Misreading:
    """A reader that does something to the elements after all digests were right."""
    return Misreading(
        name,
        label,
        reading,
        (
            ("decode", _NAMED, edit + _NAMED),
            ("decode", "from typing import ", "import struct\nfrom typing import "),
        ),
    )


def _each(name: str, label: str, reading: str, chosen: str, new: str) -> Misreading:
    """The same, with each component of the chosen elements as an unsigned integer."""
    edit = (
        f"    if {chosen}:\n"
        "        size, top = element.width // 8, 2 ** (element.width - 1)\n"
        "        parts = [whole[i : i + size] for i in range(0, len(whole), size)]\n"
        '        values = [int.from_bytes(part, "little") for part in parts]\n'
        f"        values = [{new} for value in values]\n"
        '        whole = b"".join(value.to_bytes(size, "little") for value in values)\n'
    )
    return _elements(name, label, reading, edit)


def _ending_early(*, at_first: bool) -> tuple[tuple[str, str, str], ...]:
    """Edits of `png`: while its IS_EARLY is true, it reads nothing after the last IDAT chunk."""
    return (
        ("png", "SIGNATURE: Final = ", f"IS_EARLY = {at_first}\nSIGNATURE: Final = "),
        (
            "png",
            "        yield kind, data\n",
            (
                "        yield kind, data\n"
                '        if IS_EARLY and kind == b"IDAT" != file[position + 4 : position + 8]:\n'
                "            return\n"
            ),
        ),
    )


MISREADINGS: Final = (
    one(
        "bytes-behind-the-blocks-allowed",
        "CON-1",
        "The body may be longer than what is in it.",
        "container",
        "end + sum(lengths) == prologue.body_length",
        "end + sum(lengths) <= prologue.body_length",
    ),
    one(
        "stored-length-zero",
        "CON-2",
        "A block of no bytes is a block.",
        "container",
        "length >= 1 for",
        "True for",
    ),
    one(
        "sum-of-stored-lengths-of-32-bits",
        "CON-1",
        "Lengths are added up in 32 bits.",
        "container",
        "end + sum(lengths) == prologue.body_length",
        "(end + sum(lengths) - prologue.body_length) % 2**32 == 0",
    ),
    one(
        "root-not-checked",
        "CON-3",
        "CRC-32s guard header and prologue; the root is for signatures.",
        "container",
        "root == prologue.root",
        "True",
    ),
    one(
        "root-of-the-header-alone",
        "CON-3",
        "root is the SHA-256 of header and block tables.",
        "container",
        "sha256(raw_prologue[:ROOTED_BYTES] + rooted)",
        "sha256(rooted)",
    ),
    one(
        "root-checked-last",
        "DEC-1",
        "Lengths are checked as they are read, the root afterwards.",
        "decode",
        "    container.check_root(",
        ("    container.read_blocks(prologue, head, body)\n    container.check_root("),
    ),
    one(
        "tables-after-root",
        "DEC-1",
        "Where tables do not fit, the root cannot match.",
        "container",
        'require(end <= prologue.body_length, "length-mismatch")',
        'require(end <= prologue.body_length, "root-mismatch")',
    ),
    one(
        "extensions-before-metadata",
        "DEC-1",
        "The header is checked whole before anything in it is parsed.",
        "decode",
        "    header.check_names(read)  # 14\n",
        ("    header.check_names(read)  # 14\n    header.check_extensions(read)\n"),
    ),
    one(
        "metadata-before-names",
        "DEC-1",
        "Metadata stands first in the header and is checked first.",
        "decode",
        "    header.check_names(read)  # 14\n",
        (
            "    for text in (read.metadata, *(record.metadata for record in read.arrays)):\n"
            "        if text:\n"
            "            metadata.check(text)\n"
            "    header.check_names(read)  # 14\n"
        ),
    ),
    one(
        "names-with-their-records",
        "DEC-1",
        "A record's name is checked with the record, before the next one.",
        "header",
        "        check_record(record)\n",
        ("        check_record(record)\n        check_names(header._replace(arrays=(record,)))\n"),
    ),
    one(
        "version-before-crc",
        "DEC-1",
        "The version is looked at before anything that depends on it.",
        "decode",
        "    raw = first(",
        ("    header.check_major(start)\n    raw = first("),
    ),
    Misreading(
        "png-checked-last",
        "DEC-1",
        "A payload that is wrong is reported before the rest of the PNG is read.",
        (
            *_ending_early(at_first=True),
            (
                "decode",
                "    return decode_pixels(pixels, width, height, wanted, limits)\n",
                (
                    "    read = decode_pixels(pixels, width, height, wanted, limits)\n"
                    "    png.IS_EARLY = False\n"
                    "    read_png(file, limits)\n"
                    "    png.IS_EARLY = True\n"
                    "    return read\n"
                ),
            ),
        ),
    ),
    Misreading(
        "png-not-read-to-its-end",
        "DEC-1",
        "When all arrays are right, the rest of the PNG does not matter.",
        (
            *_ending_early(at_first=False),
            (
                "decode",
                "    pixels, width, height = read_png(file, limits)\n",
                (
                    "    try:\n"
                    "        pixels, width, height = read_png(file, limits)\n"
                    "    except png.Refused as damage:\n"
                    "        png.IS_EARLY = True\n"
                    "        try:\n"
                    "            return decode_pixels(*read_png(file, limits), wanted, limits)\n"
                    "        except (png.Refused, AbsentNameError):\n"
                    "            raise damage from None\n"
                    "        finally:\n"
                    "            png.IS_EARLY = False\n"
                ),
            ),
        ),
    ),
    Misreading(
        "absent-name-told-at-once",
        "DEC-1",
        "A name that is not there is told as soon as the header is read.",
        (
            *_ending_early(at_first=False),
            (
                "decode",
                "    pixels, width, height = read_png(file, limits)\n",
                (
                    "    try:\n"
                    "        pixels, width, height = read_png(file, limits)\n"
                    "    except png.Refused as damage:\n"
                    "        png.IS_EARLY = True\n"
                    "        try:\n"
                    "            decode_pixels(*read_png(file, limits), wanted, limits)\n"
                    "        except png.Refused:\n"
                    "            pass\n"
                    "        finally:\n"
                    "            png.IS_EARLY = False\n"
                    "        raise damage\n"
                ),
            ),
        ),
    ),
    one(
        "unwanted-arrays-judged",
        "HDR-15",
        "A file with an array of unknown code is refused, whoever asks for what.",
        "decode",
        "check_wanted([head.arrays[place] for place in chosen], limits)",
        "check_wanted(head.arrays, limits)",
    ),
    one(
        "unwanted-blocks-judged",
        "DEC-1",
        "All blocks of a file are checked, whichever are wanted.",
        "decode",
        "    read = tuple(read_array(head.arrays[place], tables[place]) for place in chosen)\n",
        (
            "    for record, table in zip(head.arrays, tables):\n"
            "        if record.element in ELEMENTS:\n"
            "            read_array(record, table)\n"
            "    read = tuple(read_array(head.arrays[place], tables[place]) for place in chosen)\n"
        ),
    ),
    Misreading(
        "codes-checked-as-blocks-are-read",
        "DEC-1",
        "An array's codes are checked when its turn comes, after the arrays before it.",
        (
            ("decode", "    check_wanted([head.arrays[place] for place in chosen], limits)\n", ""),
            (
                "decode",
                "    element = ELEMENTS[record.element]\n",
                ("    check_wanted([record], LIMITS)\n    element = ELEMENTS[record.element]\n"),
            ),
        ),
    ),
    Misreading(
        "filters-before-elements",
        "DEC-1",
        "Filter codes come first, element codes afterwards.",
        (
            (
                "decode",
                '        require(record.element in ELEMENTS, "element-unknown")  # 20 [HDR-15]\n',
                "",
            ),
            (
                "decode",
                '        require(is_known, "filter-unknown")  # 21 [HDR-15]\n',
                (
                    '        require(is_known, "filter-unknown")  # 21 [HDR-15]\n'
                    '        require(record.element in ELEMENTS, "element-unknown")\n'
                ),
            ),
        ),
    ),
    one(
        "bool-before-digest",
        "DEC-1",
        "Elements are looked at as they come out, digests are compared afterwards.",
        "decode",
        "        require(sha256(restored) == block.digest",
        (
            "        arrays.check_elements(restored, record.element)\n"
            "        require(sha256(restored) == block.digest"
        ),
    ),
    one(
        "bool-any-nonzero", "ARR-4", "Any byte but 0 is true.", "arrays", "max(block) <= 1", "True"
    ),
    one(
        "array-digest-not-checked",
        "ARR-6",
        "The blocks' digests cover every byte already.",
        "arrays",
        "sha256(canonical) == digest",
        "True",
    ),
    one(
        "empty-array-without-digest",
        "ARR-6",
        "An array without elements has no digest to check.",
        "arrays",
        "sha256(canonical) == digest",
        "not canonical or sha256(canonical) == digest",
    ),
    _elements(
        "float-through-a-double",
        "ARR-2",
        "A float32 fits a double, so it may pass through one.",
        (
            '    if element.name in ("float32", "complex64"):\n'
            '        form = f"<{len(whole) // 4}f"\n'
            "        whole = struct.pack(form, *struct.unpack(form, whole))\n"
        ),
    ),
    _elements(
        "half-through-a-float",
        "ARR-2",
        "A float16 fits a float32, so it may pass through one.",
        (
            '    if element.name == "float16":\n'
            '        form = f"<{len(whole) // 2}e"\n'
            "        whole = struct.pack(form, *struct.unpack(form, whole))\n"
        ),
    ),
    _each(
        "signalling-nan-quieted",
        "ARR-2",
        "Loading a double into a register and storing it changes nothing.",
        'element.name in ("float64", "complex128")',
        "value | 1 << 51 if value % 2**63 > 0x7FF << 52 else value",
    ),
    _each(
        "nan-canonicalised",
        "ARR-2",
        "There is one NaN.",
        'element.name in ("float64", "complex128")',
        "0x7FF8 << 48 if value % 2**63 > 0x7FF << 52 else value",
    ),
    _each(
        "negative-zero-lost",
        "ARR-2",
        "-0 equals 0.",
        'element.name in ("float32", "complex64")',
        "0 if value == 1 << 31 else value",
    ),
    _each(
        "subnormals-flushed",
        "ARR-2",
        "Subnormal numbers are zero.",
        'element.name in ("float32", "complex64")',
        "value if value >> 23 & 0xFF else value >> 31 << 31",
    ),
    _each(
        "int64-through-a-double",
        "ARR-2",
        "Integers are numbers, and numbers are doubles.",
        'element.name in ("int64", "uint64", "datetime64", "timedelta64")',
        'int(float(value - (0 if element.name == "uint64" else value >> 63 << 64))) % 2**64',
    ),
    _each(
        "big-endian-elements",
        "ARR-1",
        "Elements are in network order.",
        "True",
        'int.from_bytes(value.to_bytes(size, "little"), "big")',
    ),
    _elements(
        "column-major-elements",
        "ARR-1",
        "The first dimension varies fastest.",
        (
            "    places, step, size = [0], 1, element.item_bytes\n"
            "    for length in record.shape:\n"
            "        places = [place + step * i for place in places for i in range(length)]\n"
            "        step *= length\n"
            '    whole = b"".join(whole[size * place : size * (place + 1)] for place in places)\n'
        ),
    ),
    _elements(
        "imaginary-part-first",
        "ARR-1",
        "A complex element is its imaginary component, then its real one.",
        (
            "    if element.components == 2:\n"
            "        half = element.width // 8\n"
            "        parts = [whole[i : i + half] for i in range(0, len(whole), half)]\n"
            '        whole = b"".join(parts[i ^ 1] for i in range(len(parts)))\n'
        ),
    ),
    _each(
        "sign-and-magnitude",
        "ARR-3",
        "Negative integers are a sign and a magnitude, to be turned into two's complement.",
        'element.name in ("int8", "int16", "int32", "int64")',
        "-(value % top) % (2 * top) if value >= top else value",
    ),
    _elements(
        "bfloat16-widened",
        "ARR-3",
        "bfloat16 is half of a binary32, and comes back as the whole.",
        (
            '    if element.name == "bfloat16":\n'
            '        whole = b"".join(bytes(2) + whole[i : i + 2] for i in range(0, len(whole), 2))\n'
        ),
    ),
    _each(
        "not-a-time-normalised",
        "ARR-5",
        "A datetime that does not fit another unit is not a time.",
        'element.name in ("datetime64",)',
        "value if abs(value - (value >> 63 << 64)) <= 2**62 else 1 << 63",
    ),
    one(
        "output-limit-of-65536-bytes-an-array",
        "LIM-3",
        "A reader's limit may be as small as it likes.",
        "decode",
        "Limits(2**26, 2**28)",
        "Limits(2**26, 2**16)",
    ),
)
