"""Ranked windows played blind: what is shown does not say which market it is."""
