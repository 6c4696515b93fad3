"""A simulated arena in the site's wire format, and the site that serves it."""

from nof1_tracker.demo.arena.arena import Arena
from nof1_tracker.demo.site.checkpoint import Checkpoint
from nof1_tracker.demo.site.payloads import Payloads
from nof1_tracker.demo.site.site import DemoSite
from nof1_tracker.demo.web_archive.web_archive_server import DemoWebArchive

__all__ = ["Arena", "Checkpoint", "DemoSite", "DemoWebArchive", "Payloads"]
