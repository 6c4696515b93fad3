"""The JSON Schemas of what programs get, and how they are written to their files.

They are published beside this module; a test holds them to the types.
"""

from pathlib import Path
from typing import Any

import simplejson
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from nof1_tracker.rendering.programs.report.comparison_shape import ComparisonShape
from nof1_tracker.rendering.programs.report.report_shape import (
    SCHEMA_VERSION,
    ReportShape,
)

SCHEMAS: dict[str, type] = {"report": ReportShape, "comparison": ComparisonShape}


class _WithoutTitles(GenerateJsonSchema):
    """Titles would only repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def json_schema(shape: type) -> dict[str, Any]:
    """The schema of such an object, with the unit of every figure as `unit`.

    It allows fields that it does not name: those may come within a version.
    """
    schema = TypeAdapter(shape).json_schema(schema_generator=_WithoutTitles)
    schema["properties"]["schema_version"]["const"] = SCHEMA_VERSION
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}


def schema_text(name: str) -> str:
    """The schema as its file holds it."""
    return f"{simplejson.dumps(json_schema(SCHEMAS[name]), indent=2, sort_keys=True)}\n"


def schema_file(name: str) -> Path:
    """Where it is published."""
    return Path(__file__).with_name(f"{name}.schema.json")


if __name__ == "__main__":
    for known in SCHEMAS:
        schema_file(known).write_text(schema_text(known))
