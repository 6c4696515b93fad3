"""What is committed, followed while it happens."""
