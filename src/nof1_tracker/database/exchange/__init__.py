"""What the exchange has on record of the accounts: stored, read, joined with trades."""
