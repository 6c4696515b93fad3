"""How a model decides, and whether it keeps to its plan."""
