"""The JSON Schemas of the output for programs, and how their files are written.

The files are published beside this module; a test checks them against the types.
"""

from pathlib import Path
from typing import Any

import simplejson
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from nof1_tracker.rendering.programs.play.whatif_shape import (
    WhatifCopyShape,
    WhatifHoldShape,
)
from nof1_tracker.rendering.programs.report.comparison_shape import ComparisonShape
from nof1_tracker.rendering.programs.report.report_shape import (
    SCHEMA_VERSION,
    ReportShape,
)

SCHEMAS: dict[str, type] = {
    "report": ReportShape,
    "comparison": ComparisonShape,
    "whatif-copy": WhatifCopyShape,
    "whatif-hold": WhatifHoldShape,
}
_PLAY = "whatif"
"""How the names of the schemas begin that lie in the room of what is traded on paper."""


class _WithoutTitles(GenerateJsonSchema):
    """Titles would only repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def json_schema(shape: type) -> dict[str, Any]:
    """The schema of an object of this shape, with each figure's unit as `unit`.

    It allows unknown fields, because a version may gain new ones.
    """
    schema = TypeAdapter(shape).json_schema(schema_generator=_WithoutTitles)
    schema["properties"]["schema_version"]["const"] = SCHEMA_VERSION
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema}


def schema_text(name: str) -> str:
    """The text of the schema's file."""
    return f"{simplejson.dumps(json_schema(SCHEMAS[name]), indent=2, sort_keys=True)}\n"


def schema_file(name: str) -> Path:
    """The path where the schema is published."""
    room = Path(__file__).parent
    room = room.with_name("play") if name.startswith(_PLAY) else room
    return room / f"{name}.schema.json"


if __name__ == "__main__":
    for known in SCHEMAS:
        schema_file(known).write_text(schema_text(known))
