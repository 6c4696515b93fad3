"""Tables and paragraphs on a terminal, made with rich."""
