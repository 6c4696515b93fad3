"""Ways to tell somebody: Apprise's services and a signed webhook.

This room knows events and channels, and nothing of where events are kept.
"""
