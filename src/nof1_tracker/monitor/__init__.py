"""The monitor: scrapes repeatedly for months, and survives failures."""
