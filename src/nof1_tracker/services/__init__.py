"""Use cases, one per file: open a unit of work, call the other rooms, commit."""
