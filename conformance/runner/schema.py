"""JSON Schema, as much of it as the schemas in conformance/schema use.

What an adapter writes is held against the published schema, not against code.
"""

import json
import re
from pathlib import Path
from typing import Any, Final

from .suite import HOME

SCHEMAS: Final = HOME / "schema"
_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_KNOWN: Final = frozenset(
    {"$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required"}
    | {"items", "enum", "const", "additionalProperties", "pattern", "minimum", "maximum"}
    | {"minItems", "minLength", "oneOf"}
)


def read(name: str, folder: Path = SCHEMAS) -> dict[str, Any]:
    """The schema of that name."""
    schema: dict[str, Any] = json.loads((folder / f"{name}.schema.json").read_bytes())
    return schema


def faults(value: Any, schema: dict[str, Any]) -> list[str]:  # noqa: ANN401 - any JSON value
    """What is wrong with `value` by `schema`; an empty list if nothing is."""
    return _faults(value, schema, schema, "$")


def _faults(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str) -> list[str]:  # noqa: ANN401
    assert schema.keys() <= _KNOWN, schema.keys() - _KNOWN
    if "$ref" in schema:
        return _faults(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    if "oneOf" in schema:
        tried = [_faults(value, branch, root, at) for branch in schema["oneOf"]]
        return [] if [] in tried else min(tried, key=len)
    if "type" in schema and not _is_type(value, schema["type"]):
        return [f"{at} is not of type {schema['type']}"]
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{at} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at} is {str(value)[:60]!a}, which is not one of the values it may have")
    if isinstance(value, str):
        found += _text_faults(value, schema, at)
    elif isinstance(value, int | float):
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            found.append(f"{at} is {value}, out of its range")
    elif isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            found.append(f"{at} has too few items")
        for index, item in enumerate(value):
            found += _faults(item, schema.get("items", {}), root, f"{at}[{index}]")
    elif isinstance(value, dict):
        found += _object_faults(value, schema, root, at)
    return found


def _is_type(value: Any, wanted: str | list[str]) -> bool:  # noqa: ANN401
    names = [wanted] if isinstance(wanted, str) else wanted
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES[name]) for name in names)


def _text_faults(value: str, schema: dict[str, Any], at: str) -> list[str]:
    found = []
    if len(value) < schema.get("minLength", 0):
        found.append(f"{at} is too short")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{at} is {value[:60]!a}, which does not match {schema['pattern']}")
    return found


def _object_faults(
    value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], at: str
) -> list[str]:
    known = schema.get("properties", {})
    more = schema.get("additionalProperties", {})
    found = [f"{at} lacks {name!r}" for name in schema.get("required", ()) if name not in value]
    for name, item in value.items():
        if name in known:
            found += _faults(item, known[name], root, f"{at}.{name}")
        elif more is False:
            found.append(f"{at} has {name!a}, which the schema does not know")
        else:
            found += _faults(item, more, root, f"{at}.{name}")
    return found
