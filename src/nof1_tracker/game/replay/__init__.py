"""The models' own trades, replayed through the engine and checked against the record."""
