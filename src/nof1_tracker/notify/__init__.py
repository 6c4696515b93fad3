"""Notification channels: Apprise's services and a signed webhook.

This package knows events and channels, but not where events are stored.
"""
