"""What was traded on paper, on a terminal."""
