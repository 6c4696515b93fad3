"""The game against the models, as pure rules: no I/O, no clock, exact decimals."""
