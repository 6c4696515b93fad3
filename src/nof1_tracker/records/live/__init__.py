"""What was committed, as it is announced to listeners."""
