"""What pages show of the rows that services read: texts, colours, addresses."""
