"""What bypasses the ORM, each technique once: COPY, numpy columns, and pauses of the
garbage collector.
"""
