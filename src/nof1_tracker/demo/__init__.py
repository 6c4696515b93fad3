"""A simulated arena in the site's wire format, and the site that serves it."""

from nof1_tracker.demo.arena.arena import Arena
from nof1_tracker.demo.site.checkpoint import Checkpoint
from nof1_tracker.demo.site.payloads import Payloads
from nof1_tracker.demo.site.site import DemoSite

__all__ = ["Arena", "Checkpoint", "DemoSite", "Payloads"]
