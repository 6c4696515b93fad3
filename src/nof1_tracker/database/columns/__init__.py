"""What goes past the ORM, each trick once: COPY, columns for numpy, pauses of the
collector.
"""
