"""What is stored, as it is checked: counted, and compared with other sources."""
