"""How commands write: formats, files, and what a run did."""
