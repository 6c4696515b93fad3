"""Serves a simulated season until Ctrl-C: python -m nof1_tracker.demo [1|1.5]."""

import sys
import threading

from nof1_tracker.demo import Arena, DemoSite


def main(arguments: list[str]) -> int:
    """Prints the URL and serves; returns the exit code."""
    if arguments not in ([], ["1"], ["1.5"]):
        sys.stderr.write("Usage: python -m nof1_tracker.demo [1|1.5]\n")
        return 2
    arena = Arena(season="1.5" if arguments == ["1.5"] else "1", days=10)
    with DemoSite(arena) as site:
        sys.stdout.write(f"Simulated arena at {site.url} (Ctrl-C ends it)\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
