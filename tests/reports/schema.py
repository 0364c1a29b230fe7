"""What a JSON Schema says of a document, as far as ours uses the language."""

from typing import Any

_TYPES = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}


def mistakes(value: Any, schema: dict[str, Any], whole: dict[str, Any], at: str = "$") -> list[str]:
    """Return where a value is not what a schema says: [] for one that is."""
    if "$ref" in schema:
        return mistakes(value, whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, at)
    if "anyOf" in schema:
        return min((mistakes(value, one, whole, at) for one in schema["anyOf"]), key=len)
    if "const" in schema and value != schema["const"]:
        return [f"{at}: {value!r} is not {schema['const']!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is none of {schema['enum']}"]
    kinds = schema.get("type", [])
    if kinds and not any(_is(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        return [f"{at}: {value!r} is no {kinds}"]
    if isinstance(value, list):
        return [one for i, item in enumerate(value) for one in mistakes(item, schema["items"], whole, f"{at}[{i}]")]
    return _of_object(value, schema, whole, at) if isinstance(value, dict) and "properties" in schema else []


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _of_object(value: dict[str, Any], schema: dict[str, Any], whole: dict[str, Any], at: str) -> list[str]:
    known = schema["properties"]
    found = [f"{at}: {key} is missing" for key in schema["required"] if key not in value]
    found += [f"{at}: {key} is not known" for key in value if key not in known]
    return found + [
        one for key in value if key in known for one in mistakes(value[key], known[key], whole, f"{at}.{key}")
    ]
