"""What was traded on paper, for programs: JSON, and its schemas."""
