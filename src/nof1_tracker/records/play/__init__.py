"""What is traded in the game: prices as they became known, orders, the ledger."""
