"""Reads files and calls json.loads: python -m benchmarks.floors.loads FOLDER..."""

import json
import sys
from pathlib import Path


def main(*folders: str) -> None:
    """Loads every file once and keeps none."""
    for folder in folders:
        for file in sorted(Path(folder).rglob("*.json")):
            json.loads(file.read_bytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
