"""Use cases, a file each: open a unit of work, let the other rooms do their part,
commit.
"""
