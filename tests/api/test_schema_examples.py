"""Every address of the API shows what is sent and what comes back, and what is shown is what its schema allows."""

from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from drf_spectacular.generators import SchemaGenerator


def bodies(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            told = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for place, body in told.items():
                if place < "300" or place == "request":
                    content = body.get("content", {}).get("application/json")
                    if content:  # a copy to download is none to show
                        yield f"{method} {address} {place}", content


def plain(schema: Any) -> Any:
    """OpenAPI 3.0 has its own word for what may be null."""
    if isinstance(schema, list):
        return [plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: plain(part) for name, part in schema.items() if name != "nullable"}
    return {"anyOf": [told, {"type": "null"}]} if schema.get("nullable") is True else told


def faults(content: dict[str, Any], components: dict[str, Any]) -> Iterator[str]:
    shown = [example["value"] for example in content.get("examples", {}).values()]
    if not shown:
        yield "no example"
    check = jsonschema.Draft202012Validator({**content["schema"], "components": components})
    for value in shown:
        yield from (error.message[:120] for error in check.iter_errors(value))


def test_every_example_is_one() -> None:
    schema: dict[str, Any] = plain(SchemaGenerator().get_schema(public=True))
    told = list(bodies(schema))

    assert len(told) > 30
    wrong = [f"{where}: {fault}" for where, content in told for fault in faults(content, schema["components"])]
    assert not wrong, "\n".join(wrong)
