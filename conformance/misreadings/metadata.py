"""Misreadings of SPEC.md section 8."""

from typing import Final

from misreadings.misreading import Misreading, one

MISREADINGS: Final = (
    one(
        "any-json-text",
        "MET-1",
        "Metadata is any JSON text.",
        "_metadata",
        "if not isinstance(value, dict):",
        "if False:",
    ),
    one(
        "bom-allowed",
        "MET-1",
        "A byte order mark is dropped before parsing.",
        "_metadata",
        "        raw.decode(),",
        '        raw.decode("utf-8-sig"),',
    ),
    one(
        "nan-allowed",
        "MET-1",
        "NaN and Infinity are JSON: every parser takes them.",
        "_metadata",
        '    message = f"{text} is not JSON"\n    raise _NotMetadataError(message)',
        "    return None",
    ),
    one(
        "metadata-re-serialised",
        "MET-1",
        "The parsed metadata is what counts; its text is written anew.",
        "_header",
        "return Header(arrays, fields.metadata, extensions)",
        'json = __import__("json")\n'
        "    text = fields.metadata\n"
        "    try:\n"
        "        text = json.dumps(json.loads(text)).encode() if text else text\n"
        "    except ValueError:\n"
        "        pass\n"
        "    return Header(arrays, text, extensions)",
    ),
    one(
        "only-file-metadata-checked",
        "MET-1",
        "An array's metadata is its reader's business.",
        "_container",
        "attrs = tuple(read_metadata(record.metadata) for record in header.arrays)",
        "attrs = tuple({} for record in header.arrays)",
    ),
    one(
        "json-duplicates-allowed",
        "MET-2",
        "Of two members of one name the last counts.",
        "_metadata",
        "if len(members) != len(pairs):",
        "if False:",
    ),
    Misreading(
        "json-duplicates-by-their-spelling",
        "MET-2",
        "Two names are equal if they are spelled alike, escapes included.",
        (
            (
                "_metadata",
                "if len(members) != len(pairs):",
                'if len(members) != len(pairs) and b"\\\\u" not in _SPELLED:',
            ),
            ("_metadata", "    _scan(raw)\n", "    _scan(raw)\n    globals()['_SPELLED'] = raw\n"),
        ),
    ),
    one(
        "lone-surrogates-allowed",
        "MET-3",
        "An escape may give any code unit.",
        "_metadata",
        "if _SURROGATE_ESCAPE.search(raw):",
        "if False:",
    ),
    one(
        "all-surrogate-escapes-refused",
        "MET-3",
        "No surrogate escape may occur.",
        "_metadata",
        "json.dumps(value, ensure_ascii=False).encode()",
        "raise _NotMetadataError",
    ),
    one(
        "1e400-allowed",
        "MET-4",
        "A number beyond binary64 reads as infinity.",
        "_metadata",
        'if value in (float("inf"), float("-inf")):',
        "if False:",
    ),
    one(
        "integers-of-any-size",
        "MET-4",
        "Integers are exact, so binary64 does not limit them.",
        "_metadata",
        "def _integer(text: str) -> int:\n    if len(text) > _SURE_DIGITS:\n        _real(text)\n",
        "def _integer(text: str) -> int:\n",
    ),
    one(
        "numbers-of-any-length",
        "MET-4",
        "The length of a number has no limit.",
        "_spec",
        "JSON_NUMBER_CHARS_MAX: Final = 512",
        "JSON_NUMBER_CHARS_MAX: Final = 4000",
    ),
    one(
        "depth-of-the-top-level-is-0",
        "MET-5",
        "64 levels below the top-level object.",
        "_spec",
        "JSON_DEPTH_MAX: Final = 64",
        "JSON_DEPTH_MAX: Final = 65",
    ),
    one(
        "depth-counted-in-strings",
        "MET-5",
        "Brackets are counted, wherever they stand.",
        "_metadata",
        "np.cumsum(_STEPS[np.frombuffer(bare, np.uint8)]",
        "np.cumsum(_STEPS[np.frombuffer(raw, np.uint8)]",
    ),
    one(
        "depth-of-objects-only",
        "MET-5",
        "Objects nest at most 64 deep.",
        "_metadata",
        '(c in b"[{") - (c in b"]}")',
        '(c in b"{") - (c in b"}")',
    ),
)
