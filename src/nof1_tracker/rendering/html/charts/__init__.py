"""What the page draws: data for its scripts, and charts that need none."""
