"""Serves answers from memory: python -m benchmarks.floors.same_files PORT FILE.

FILE is a JSON object: type and base64 of the bytes of each answer, by path and query.
"""

import json
import sys
from base64 import b64decode
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response


def application(answers: dict[str, tuple[str, str]]) -> FastAPI:
    """Answers with the same bytes; 204, which ends a stream, for everything else."""
    app = FastAPI()
    kept = {
        path: Response(b64decode(body), media_type=kind)
        for path, (kind, body) in answers.items()
    }

    @app.get("/{path:path}")
    async def same(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return kept.get(request.url.path + query) or Response(status_code=204)

    return app


if __name__ == "__main__":
    app = application(json.loads(Path(sys.argv[2]).read_text()))
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
