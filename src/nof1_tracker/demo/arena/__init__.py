"""The simulated arena: a market, its traders, their books."""
