"""Use cases of rooms: opened, joined, started, shown, ended."""
