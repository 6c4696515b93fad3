"""The simulated arena: its market, traders and books."""
