"""The engine: orders and prices go in, a ledger comes out."""
