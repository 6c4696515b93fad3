"""Reports for programs: objects, long rows, data frames, and their JSON Schemas."""
