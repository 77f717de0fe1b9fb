"""The JSON Schema of cases, closed: what is not named here is not allowed."""

import json
from typing import Any, Final

from builder.registry import ELEMENTS, REASONS, UNITS

_TEXT: Final = {"type": "string"}
_HEX: Final = {"type": "string", "pattern": "^([0-9a-f]{2})*$"}
_SHA256: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_ID: Final = "^(png|car|hdr|con|met|blk|flt|arr)/{}/[a-z0-9][a-z0-9-]*$"
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_COMMON: Final[dict[str, Any]] = {
    "since": {"const": "1.0"},
    "labels": {
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$"},
    },
    "description": {"type": "string", "minLength": 1},
    "only": {"type": "array", "minItems": 1, "items": _TEXT},
}
_ARRAY: Final[dict[str, Any]] = {
    "name": _TEXT,
    "element": {"enum": [element.name for element in ELEMENTS]},
    "unit": {"enum": [None, *UNITS]},
    "unit_count": {"type": "integer", "minimum": 0},
    "shape": {"type": "array", "items": {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}},
    "metadata": _TEXT_OR_NULL,
    "sha256": _SHA256,
}
_BYTES: Final[dict[str, Any]] = {
    "hex": _HEX,
    "file": {"type": "string", "pattern": "^[a-z0-9-]+[.][0-9]+[.]bin$"},
    "repeat": {
        "type": "object",
        "additionalProperties": False,
        "required": ["hex", "count"],
        "properties": {"hex": _HEX, "count": {"type": "integer", "minimum": 1}},
    },
}


def _closed(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give an object with these members and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }


def schema() -> dict[str, Any]:
    """Give the schema of one case."""
    head = {"id": {"type": "string", "pattern": _ID.format("accept")}}
    array = {"oneOf": [_closed(_ARRAY | {name: rule}) for name, rule in _BYTES.items()]}
    accept = {
        "result": {"const": "accept"},
        "metadata": _TEXT_OR_NULL,
        "arrays": {"type": "array", "items": array},
    }
    reject = {
        "id": {"type": "string", "pattern": _ID.format("reject")},
        "result": {"const": "reject"},
        "reason": {"enum": list(REASONS)},
        "or": {"enum": list(REASONS)},
        "derived_from": head["id"],
        "edit": {"type": "string", "minLength": 1},
    }
    absent = {
        "id": {"type": "string", "pattern": _ID.format("absent")},
        "result": {"const": "absent"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A conformance case of the Intaglio format",
        "oneOf": [
            _closed(head | _COMMON | accept, ("only",)),
            _closed(_COMMON | reject, ("only", "or")),
            _closed(_COMMON | absent),
        ],
    }


def schema_file() -> bytes:
    """Give the schema as a file."""
    return (json.dumps(schema(), indent=1) + "\n").encode()
