"""Flight recorder of Alpha Arena (nof1.ai): what LLMs did with real money."""

__version__ = "0.1.0"
