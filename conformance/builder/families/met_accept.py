"""Accept cases of metadata. SPEC.md section 8."""

from collections.abc import Iterator

from builder.case import Case, accept
from builder.container import File
from builder.records import Array

LARGEST_DOUBLE = str(2**1024 - 2**970 - 1)
"""The largest whole number that rounds to a finite binary64 number."""


def nested(depth: int) -> str:
    """An object of arrays within arrays, `depth` deep."""
    return '{"a":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


def nested_objects(depth: int) -> str:
    """Objects within objects, `depth` deep."""
    return '{"a":' * (depth - 1) + "{}" + "}" * (depth - 1)


TEXTS: dict[str, tuple[str, str, str]] = {
    "empty-object": ("MET-1", "{}", "An empty object is present metadata."),
    "whitespace": (
        "MET-1",
        ' \t\r\n{ \n"a" :\t1 , "b":[ ] }\r\n ',
        "All four kinds of white space.",
    ),
    "values": (
        "MET-1",
        '{"s":"","n":null,"t":true,"f":false,"i":-0,"a":[1,[2,{}],"x"],"o":{"p":{}}}',
        "Every kind of value.",
    ),
    "unicode": ("MET-1", '{"größe":"5 µm","名前":"凹版","emoji":"🖼️","rtl":"עברית"}', "UTF-8."),
    "edges-of-utf-8": (
        "MET-1",
        '{"e":"\u007f\u0080\u07ff\u0800\ud7ff\ue000\ufffd\uffff\U00010000\U0010ffff"}',
        "The first and last characters of each length of UTF-8, noncharacters and DEL among them.",
    ),
    "separators": ("MET-1", '{"a":"\u2028\u2029\ufeff"}', "U+2028, U+2029, U+FEFF in a string."),
    "escapes": (
        "MET-1 MET-3",
        r'{"e":"\"\\\/\b\f\n\r\t\u0041\u00e9\u4E2d\u0000"}',
        "Every escape, with hexadecimal digits of both cases.",
    ),
    "surrogate-pairs": (
        "MET-3",
        r'{"\uD83D\uDE00":"\ud800\udc00\uDBFF\uDFFF"}',
        "Escaped pairs of surrogates, in a name too.",
    ),
    "backslash-before-u": (
        "MET-3",
        r'{"a":"\\ud800","b":"\\\\uDC00"}',
        "An escaped backslash before ud800: no surrogate escape at all.",
    ),
    "name-empty": ("MET-2", '{"":1,"a":{"":2}}', "Empty member names."),
    "names-similar": (
        "MET-2",
        '{"a":1,"A":2,"a ":3,"á":4,"a\u0301":5}',
        "Names that differ in case, space or normalisation are different.",
    ),
    "names-elsewhere": (
        "MET-2",
        '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
        "The same name in different objects.",
    ),
    "names-prototype": (
        "MET-1 MET-2",
        '{"__proto__":1,"constructor":2,"toString":{"__proto__":null}}',
        "Names that mean something to some languages.",
    ),
    "depth-64-arrays": ("MET-5", nested(64), "64 deep: an object and 63 arrays."),
    "depth-64-objects": ("MET-5", nested_objects(64), "64 objects deep."),
    "depth-mixed": (
        "MET-5",
        '{"a":' + '[{"b":' * 31 + "[]" + "}]" * 31 + "}",
        "64 deep, objects and arrays by turns.",
    ),
    "depth-again": (
        "MET-5",
        '{"a":[' + ",".join(["[" * 62 + "]" * 62] * 3) + "]}",
        "64 deep three times one after the other: depth is not a count.",
    ),
    "brackets-in-strings": (
        "MET-5",
        '{"a":"' + "[{" * 100 + r"\"[{\\" + '","' + "[" * 100 + '":"]"}',
        "Brackets within strings, after an escaped quotation mark too, do not nest.",
    ),
    "numbers": (
        "MET-4",
        '{"n":[0,-0,1,-1,0.5,1e0,1E+2,1e-2,123456789012345678901234567890,0.1e1,5e-324,1e-400]}',
        "Numbers of every spelling; large and tiny ones round.",
    ),
    "number-largest": (
        "MET-4",
        '{"n":[1.7976931348623157e308,-1.7976931348623157e308,1.7976931348623158e308]}',
        "The largest binary64 number, and one that rounds to it.",
    ),
    "number-largest-whole": (
        "MET-4",
        '{"n":' + LARGEST_DOUBLE + "}",
        "The largest whole number that rounds to a finite one, in 309 digits.",
    ),
    "number-zero-exponent": (
        "MET-4",
        '{"n":[0e999999999,-0.0E+999999999,1e-999999999]}',
        "Zero with a large exponent is zero, and so is what rounds to it.",
    ),
    "number-512-fraction": (
        "MET-4",
        '{"n":0.' + "3" * 510 + "}",
        "A number of 512 characters.",
    ),
    "number-512-signed": (
        "MET-4",
        '{"n":[-0.' + "0" * 300 + "7" * 203 + "e+300]}",
        "A number of 512 characters with sign, fraction and exponent.",
    ),
    "digits-in-string": (
        "MET-4",
        '{"' + "1" * 600 + '":"' + "9" * 600 + '"}',
        "600 digits within strings are no number.",
    ),
    "many-members": (
        "MET-2",
        "{" + ",".join(f'"k{index}":{index}' for index in range(300)) + "}",
        "300 members.",
    ),
}


def texts() -> Iterator[Case]:
    """Every text as file metadata; it comes back byte for byte."""
    for slug, (labels, text, why) in TEXTS.items():
        file = File(metadata=text.encode())
        yield accept(f"met/accept/{slug}", labels, f"{why} Kept byte for byte.", file)


def places() -> Iterator[Case]:
    """Metadata of file and arrays."""
    arrays = (
        Array(name=b"a", metadata=b'{"of":"a"}'),
        Array(name=b"b"),
        Array(name=b"c", metadata=b'{"of":"c", "unit":"\xc2\xb5m"}'),
        Array(name=b"d", metadata=b"{}"),
    )
    yield accept(
        "met/accept/places",
        "MET-1 HDR-9",
        "Metadata of the file and of three arrays out of four; one of them is an empty object.",
        File(arrays=arrays, metadata=b'{"of":"file"}'),
    )
    yield accept(
        "met/accept/array-only",
        "MET-1 HDR-9",
        "Metadata of an array, none of the file.",
        File(arrays=arrays[:1]),
    )
    long = b'{"long":"' + b"0123456789" * 300 + b'"}'
    yield accept(
        "met/accept/long",
        "MET-1",
        "Three thousand characters, for the file and for an array.",
        File(arrays=(Array(metadata=long),), metadata=long, depths=(8, 8, 8, 0)),
    )


FAMILIES = (texts, places)
