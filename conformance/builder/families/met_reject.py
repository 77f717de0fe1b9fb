"""Reject cases of metadata. SPEC.md section 8."""

from collections.abc import Iterator

from builder.case import Case, reject
from builder.container import File
from builder.families.met_accept import LARGEST_DOUBLE, nested, nested_objects
from builder.records import Array

VALUES = "met/accept/values"


def invalid(slug: str, label: str, text: bytes, what: str, base: str = VALUES) -> Case:
    """A file whose metadata is invalid and whose checksums are right."""
    return reject(
        f"met/reject/{slug}",
        label,
        "metadata-invalid",
        base,
        f"The file metadata is another text: {what}.",
        File(metadata=text),
        why=f"[{label}] is checked although CRC and root are right.",
    )


def top_level() -> Iterator[Case]:
    """[MET-1]: one JSON text, whose top level is an object."""
    texts = {
        "array": (b"[]", "an array"),
        "array-of-object": (b"[{}]", "an array of an object"),
        "string": (b'"{}"', "a string"),
        "number": (b"1", "a number"),
        "null": (b"null", "null"),
        "true": (b"true", "true"),
        "blank": (b" ", "white space only"),
        "two-objects": (b"{}{}", "two objects"),
        "two-lines": (b'{"a":1}\n{"a":2}\n', "two objects in two lines"),
        "trailing-letter": (b"{}x", "a letter after the object"),
        "trailing-comma": (b"{},", "a comma after the object"),
        "trailing-bracket": (b"{}}", "a bracket too many"),
        "trailing-nul": (b"{}\0", "a NUL after the object"),
        "leading-nul": (b"\0{}", "a NUL before the object"),
        "unclosed": (b'{"a":1', "an object that is not closed"),
        "wrong-bracket": (b'{"a":[1}', "brackets that do not match"),
        "bom": (b"\xef\xbb\xbf{}", "a byte order mark before the object"),
        "utf-16": ("{}".encode("utf-16-le"), "UTF-16"),
        "utf-16-bom": (b"\xff\xfe" + "{}".encode("utf-16-le"), "UTF-16 with a byte order mark"),
    }
    for slug, (text, what) in texts.items():
        yield invalid(slug, "MET-1", text, what, "met/accept/empty-object")


def grammar() -> Iterator[Case]:
    """[MET-1]: RFC 8259 and nothing that parsers add to it."""
    texts = {
        "comma-in-object": (b'{"a":1,}', "a comma before the closing brace"),
        "comma-in-array": (b'{"a":[1,]}', "a comma before the closing bracket"),
        "comma-first": (b'{,"a":1}', "a comma after the opening brace"),
        "comma-double": (b'{"a":[1,,2]}', "two commas"),
        "comma-missing": (b'{"a":1 "b":2}', "a missing comma"),
        "colon-missing": (b'{"a" 1}', "a missing colon"),
        "colon-other": (b'{"a";1}', "a semicolon instead of a colon"),
        "comma-other": (b'{"a":[1;2]}', "a semicolon instead of a comma"),
        "value-missing": (b'{"a":}', "a missing value"),
        "name-bare": (b"{a:1}", "a name without quotation marks"),
        "name-number": (b"{1:1}", "a number as a name"),
        "single-quotes": (b"{'a':1}", "single quotation marks"),
        "comment-line": (b'{"a":1} // one', "a comment"),
        "comment-block": (b'{/* one */"a":1}', "a comment within"),
        "literal-nan": (b'{"a":NaN}', "NaN"),
        "literal-infinity": (b'{"a":Infinity}', "Infinity"),
        "literal-minus-infinity": (b'{"a":-Infinity}', "-Infinity"),
        "literal-true-capital": (b'{"a":True}', "True with a capital letter"),
        "literal-none": (b'{"a":None}', "None"),
        "literal-undefined": (b'{"a":undefined}', "undefined"),
        "number-leading-zero": (b'{"a":01}', "a leading zero"),
        "number-minus-leading-zero": (b'{"a":-01}', "a leading zero after a minus"),
        "number-plus": (b'{"a":+1}', "a plus before a number"),
        "number-point-last": (b'{"a":1.}', "a point without digits after it"),
        "number-point-first": (b'{"a":.5}', "a point without digits before it"),
        "number-exponent-empty": (b'{"a":1e}', "an exponent without digits"),
        "number-exponent-sign": (b'{"a":1e+}', "an exponent of a sign"),
        "number-minus-only": (b'{"a":-}', "a minus without digits"),
        "number-minus-space": (b'{"a":- 1}', "a space after a minus"),
        "number-hexadecimal": (b'{"a":0x1}', "a hexadecimal number"),
        "number-underscore": (b'{"a":1_000}', "an underscore in a number"),
        "number-fullwidth": ('{"a":１}'.encode(), "a full-width digit"),
        "string-newline": (b'{"a":"x\ny"}', "a line feed within a string"),
        "string-tab": (b'{"a":"x\ty"}', "a tab within a string"),
        "string-nul": (b'{"a":"x\0y"}', "a NUL within a string"),
        "string-1f": (b'{"a":"\x1f"}', "U+001F within a string"),
        "name-control": (b'{"a\x01":1}', "a control character within a name"),
        "string-unclosed": (b'{"a":"x}', "a string that is not closed"),
        "escape-x": (rb'{"a":"\x41"}', "an escape with x"),
        "escape-zero": (rb'{"a":"\0"}', "an escape with 0"),
        "escape-quote": (rb"""{"a":"\'"}""", "an escaped single quotation mark"),
        "escape-short": (rb'{"a":"\u12"}', "an escape of two digits"),
        "escape-not-hex": (rb'{"a":"\u12G4"}', "an escape with a letter G"),
        "escape-capital-u": (rb'{"a":"\U00000041"}', "an escape with a capital U"),
        "escape-underscore": (rb'{"a":"\u1_23"}', "an escape with an underscore"),
        "escape-plus": (rb'{"a":"\u+123"}', "an escape with a plus"),
        "space-form-feed": (b'{"a":\x0c1}', "a form feed as white space"),
        "space-vertical-tab": (b'{\x0b"a":1}', "a vertical tab as white space"),
        "space-no-break": ('{\u00a0"a":1}'.encode(), "U+00A0 as white space"),
        "space-bom": ('{"a":\ufeff1}'.encode(), "U+FEFF as white space"),
    }
    for slug, (text, what) in texts.items():
        base = "met/accept/numbers" if slug.startswith("number") else VALUES
        yield invalid(slug, "MET-1", text, what, base)


def utf_8() -> Iterator[Case]:
    """[MET-1]: well-formed UTF-8."""
    parts = {
        "continuation": (b"\x80", "a continuation byte alone"),
        "lead-alone": (b"\xc3", "a lead byte alone"),
        "latin-1": (b"gr\xf6\xdfe", "Latin-1"),
        "overlong-2": (b"\xc1\x81", "an overlong A of two bytes"),
        "overlong-nul": (b"\xc0\x80", "an overlong NUL"),
        "overlong-3": (b"\xe0\x9f\xbf", "an overlong form of three bytes"),
        "overlong-4": (b"\xf0\x8f\xbf\xbf", "an overlong form of four bytes"),
        "surrogate-high": (b"\xed\xa0\x80", "a surrogate as UTF-8"),
        "surrogate-low": (b"\xed\xbf\xbf", "the last surrogate as UTF-8"),
        "cesu-8": (b"\xed\xa0\xbd\xed\xb8\x80", "a pair of surrogates as UTF-8 (CESU-8)"),
        "above-10ffff": (b"\xf4\x90\x80\x80", "U+110000"),
        "five-bytes": (b"\xf8\x88\x80\x80\x80", "a sequence of five bytes"),
        "truncated-3": (b"\xe2\x82", "two bytes of three"),
        "truncated-4": (b"\xf0\x9f\x98", "three bytes of four"),
        "ff": (b"\xff", "the byte FF"),
    }
    for slug, (part, what) in parts.items():
        text = b'{"a":"' + part + b'"}'
        yield invalid(f"utf-8-{slug}", "MET-1", text, what, "met/accept/edges-of-utf-8")
    name = b'{"\xc1\x81":1}'
    yield invalid("utf-8-name", "MET-1", name, "an overlong A in a name", "met/accept/unicode")


def duplicates() -> Iterator[Case]:
    """[MET-2]: no object has the same name twice."""
    texts = {
        "plain": ('{"a":1,"a":2}', "a name twice"),
        "same-value": ('{"a":1,"a":1}', "a name twice with the same value"),
        "apart": ('{"a":1,"b":2,"c":3,"a":4}', "a name twice, others between"),
        "nested": ('{"o":{"p":[{"a":1,"a":2}]}}', "a name twice, four levels down"),
        "escaped": (r'{"a":1,"\u0061":2}', "a name and its escaped form"),
        "escaped-solidus": (r'{"/":1,"\/":2}', "a solidus, plain and escaped"),
        "escaped-pair": (r'{"😀":1,"\ud83d\ude00":2}', "an emoji, plain and as an escaped pair"),
        "hex-case": (r'{"\u00e9":1,"\u00E9":2}', "an escape in both cases"),
        "empty": ('{"":1,"":2}', "the empty name twice"),
        "after-object": ('{"a":{"b":1},"a":{"c":2}}', "a name twice with different objects"),
        "prototype": ('{"__proto__":1,"__proto__":2}', "__proto__ twice"),
    }
    for slug, (text, what) in texts.items():
        yield invalid(
            f"duplicate-{slug}", "MET-2", text.encode(), what, "met/accept/names-elsewhere"
        )


def surrogates() -> Iterator[Case]:
    """[MET-3]: surrogate escapes come in pairs."""
    parts = {
        "high": r"\ud800",
        "high-last": r"\uDBFF",
        "low": r"\udc00",
        "low-last": r"\uDFFF",
        "high-high": r"\ud83d\ud83d",
        "low-high": r"\ude00\ud83d",
        "high-letter": r"\ud83dx",
        "high-escaped-letter": r"\ud83d\u0041",
        "high-newline": r"\ud83d\n",
        "pair-low": r"\ud83d\ude00\ude00",
        "high-pair": r"\ud83d\ud83d\ude00",
        "high-backslash": r"\ud83d\\ude00",
    }
    for slug, part in parts.items():
        what = f"a string of {part}"
        text = f'{{"a":"{part}"}}'.encode()
        yield invalid(f"surrogate-{slug}", "MET-3", text, what, "met/accept/surrogate-pairs")
    for slug, text in (
        ("name", rb'{"\ud800":1}'),
        ("nested-name", rb'{"a":[{"\udc00":1}]}'),
        ("nested", rb'{"a":[[["\ud800"]]]}'),
    ):
        what = "a lone surrogate escape further inside" if "nested" in slug else "one in a name"
        yield invalid(f"surrogate-in-{slug}", "MET-3", text, what, "met/accept/surrogate-pairs")


def numbers() -> Iterator[Case]:
    """[MET-4]: at most 512 characters, and finite as binary64."""
    tie = str(int(LARGEST_DOUBLE) + 1)
    texts = {
        "too-large": ("1e309", "1e309"),
        "too-large-negative": ("-1e309", "-1e309"),
        "too-large-exponent": ("1e999999999", "1e999999999"),
        "too-large-exponent-64-bit": ("1e18446744073709551617", "1e18446744073709551617"),
        "too-large-fraction": ("0.0001e400", "0.0001e400"),
        "largest-and-more": ("1.7976931348623159e308", "1.7976931348623159e308"),
        "largest-tie": (tie, "2^1024 - 2^970, halfway to 2^1024, which rounds to infinity"),
        "largest-whole": ("9" * 400, "400 nines"),
        "513-fraction": ("0." + "3" * 511, "a number of 513 characters"),
        "513-signed": ("-0." + "3" * 510, "a number of 513 characters with its sign"),
        "513-exponent": ("1e-" + "0" * 509 + "1", "a number of 513 characters, mostly exponent"),
        "513-zeros": ("0." + "0" * 511, "zero in 513 characters"),
        "5000-digits": ("0." + "1" * 4998, "a number of 5,000 characters"),
    }
    for slug, (text, what) in texts.items():
        base = "met/accept/number-512-fraction" if "5" in slug else "met/accept/number-largest"
        yield invalid(f"number-{slug}", "MET-4", f'{{"n":{text}}}'.encode(), what, base)
    inner = b'{"a":[{"b":[1e400]}]}'
    yield invalid("number-nested", "MET-4", inner, "1e400 further inside", "met/accept/numbers")


def depth() -> Iterator[Case]:
    """[MET-5]: at most 64 deep."""
    mixed = '{"a":' + '[{"b":' * 32 + "1" + "}]" * 32 + "}"
    texts = {
        "65-arrays": (nested(65), "arrays to depth 65"),
        "65-objects": (nested_objects(65), "objects to depth 65"),
        "65-mixed": (mixed, "arrays and objects by turns to depth 65"),
        "65-late": ('{"a":[],"b":"[[",' + nested(65)[1:], "depth 65 after shallow members"),
        "129": (nested(129), "arrays to depth 129"),
        "3000": (nested(3000), "arrays to depth 3,000"),
    }
    for slug, (text, what) in texts.items():
        text = text.replace('"a":[[', '"c":[[') if slug == "65-late" else text
        yield invalid(f"depth-{slug}", "MET-5", text.encode(), what, "met/accept/depth-64-arrays")


def places() -> Iterator[Case]:
    """Metadata of arrays is checked as that of the file."""
    bad = {
        "array-metadata": ("MET-1", b"[]"),
        "array-metadata-nan": ("MET-1", b'{"a":NaN}'),
        "array-metadata-duplicate": ("MET-2", b'{"a":1,"a":2}'),
        "array-metadata-surrogate": ("MET-3", rb'{"a":"\ud800"}'),
        "array-metadata-number": ("MET-4", b'{"a":1e999}'),
        "array-metadata-depth": ("MET-5", nested(65).encode()),
        "array-metadata-utf-8": ("MET-1", b'{"a":"\xff"}'),
    }
    good = Array(name=b"a", metadata=b'{"of":"a"}')
    for slug, (label, text) in bad.items():
        yield reject(
            f"met/reject/{slug}",
            label,
            "metadata-invalid",
            "met/accept/places",
            "The second array's metadata is another text, which is invalid.",
            File(arrays=(good, Array(name=b"b", metadata=text))),
            why=f"[{label}] holds for every array's metadata.",
        )


FAMILIES = (top_level, grammar, utf_8, duplicates, surrogates, numbers, depth, places)
