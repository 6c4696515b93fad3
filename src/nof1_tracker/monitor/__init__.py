"""The monitor: scrapes again and again, for months, and survives what happens."""
