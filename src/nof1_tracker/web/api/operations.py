"""What the operations of the API have in common in the OpenAPI document."""

from http import HTTPStatus
from typing import Any

from nof1_tracker.web.formats import MEDIA_TYPES, Format
from nof1_tracker.web.problems import documented

PROBLEMS = documented(
    HTTPStatus.MISDIRECTED_REQUEST,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""What any operation may answer with."""
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The client has it, as `If-None-Match` says."}
}
STREAMS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            MEDIA_TYPES[each]: {"schema": {"type": "string"}}
            for each in Format
            if each is not Format.JSON
        }
    },
    **documented(HTTPStatus.NOT_ACCEPTABLE),
}
"""The further formats of lists."""
