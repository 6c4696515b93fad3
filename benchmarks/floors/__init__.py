"""What anybody would write by hand: the least that the same work takes.

Nothing here imports nof1_tracker.
"""
