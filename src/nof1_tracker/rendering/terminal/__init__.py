"""Tables and paragraphs on a terminal, by rich."""
