"""Misreadings of SPEC.md section 8."""

from typing import Final

from misreadings.misreading import Misreading, one

MISREADINGS: Final = (
    one(
        "any-json-text",
        "MET-1",
        "Metadata is any JSON text.",
        "metadata",
        'text[start : start + 1] == "{"',
        "True",
    ),
    one(
        "bom-allowed",
        "MET-1",
        "A byte order mark is dropped before parsing.",
        "metadata",
        'raw.decode("utf-8")',
        'raw.decode("utf-8-sig")',
    ),
    one(
        "nan-allowed",
        "MET-1",
        "NaN and Infinity are JSON: every parser takes them.",
        "metadata",
        '("true", "false", "null")',
        '("true", "false", "null", "NaN", "Infinity", "-Infinity")',
    ),
    one(
        "metadata-re-serialised",
        "MET-1",
        "The parsed metadata is what counts; its text is written anew.",
        "decode",
        "    return File(head.metadata, read)\n",
        (
            '    json = __import__("json")\n'
            '    text = json.dumps(json.loads(head.metadata)).encode() if head.metadata else b""\n'
            "    return File(text, read)\n"
        ),
    ),
    one(
        "only-file-metadata-checked",
        "MET-1",
        "An array's metadata is its reader's business.",
        "decode",
        "(read.metadata, *(record.metadata for record in read.arrays))",
        "(read.metadata,)",
    ),
    one(
        "json-duplicates-allowed",
        "MET-2",
        "Of two members of one name the last counts.",
        "metadata",
        "name not in names",
        "True",
    ),
    one(
        "json-duplicates-by-their-spelling",
        "MET-2",
        "Two names are equal if they are spelled alike, escapes included.",
        "metadata",
        "            name, position = _string(text, position)\n",
        (
            "            start = position\n"
            "            name, position = _string(text, position)\n"
            "            name = text[start:position]\n"
        ),
    ),
    one(
        "lone-surrogates-allowed",
        "MET-3",
        "An escape may give any code unit.",
        "metadata",
        "require(not is_lone",
        "require(True",
    ),
    one(
        "all-surrogate-escapes-refused",
        "MET-3",
        "No surrogate escape may occur.",
        "metadata",
        'any("\\ud800" <= character <= "\\udfff" for character in value)',
        're.search(r"\\\\u[dD][89a-fA-F]", found[0])',
    ),
    one(
        "1e400-allowed",
        "MET-4",
        "A number beyond binary64 reads as infinity.",
        "metadata",
        'abs(float(found[0])) != float("inf")',
        "True",
    ),
    one(
        "integers-of-any-size",
        "MET-4",
        "Integers are exact, so binary64 does not limit them.",
        "metadata",
        'abs(float(found[0])) != float("inf")',
        'found[0].strip("-").isdigit() or abs(float(found[0])) != float("inf")',
    ),
    one(
        "numbers-of-any-length",
        "MET-4",
        "The length of a number has no limit.",
        "metadata",
        "NUMBER_CHARACTERS_MAX: Final = 512",
        "NUMBER_CHARACTERS_MAX: Final = 4000",
    ),
    one(
        "depth-of-the-top-level-is-0",
        "MET-5",
        "64 levels below the top-level object.",
        "metadata",
        "DEPTH_MAX: Final = 64",
        "DEPTH_MAX: Final = 65",
    ),
    one(
        "depth-counted-in-strings",
        "MET-5",
        "Brackets are counted, wherever they stand.",
        "metadata",
        "    start = _space(text, 0)\n",
        (
            "    depth, deepest = 0, 0\n"
            "    for character in text:\n"
            '        depth += (character in "[{") - (character in "]}")\n'
            "        deepest = max(deepest, depth)\n"
            '    require(deepest <= DEPTH_MAX, "metadata-invalid")\n'
            "    start = _space(text, 0)\n"
        ),
    ),
    Misreading(
        "depth-of-objects-only",
        "MET-5",
        "Objects nest at most 64 deep.",
        (
            ("metadata", "depth <= DEPTH_MAX", 'first == "[" or depth <= DEPTH_MAX'),
            (
                "metadata",
                "_value(text, position, depth + 1)",
                "_value(text, position, depth + is_object)",
            ),
        ),
    ),
)
