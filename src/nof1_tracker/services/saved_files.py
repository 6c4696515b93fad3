"""Opens files that hold payloads: unpacked by the archive's readers, read by the scraper."""

from collections.abc import Iterable
from pathlib import Path

from nof1_tracker.archive.readers.packages import PackageReader
from nof1_tracker.scraper.capture import CaptureSource
from nof1_tracker.scraper.site_addresses import SiteAddresses
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES


def saved_files(paths: Iterable[Path], base_url: str | None = None) -> CaptureSource:
    """The payloads in files and folders, however they are packed.

    Args:
        base_url: The address of a copy of the site, such as the demo's: in HAR, WARC
            and WACZ its answers count as the site's.

    Raises:
        ConfigurationError: A path does not exist, or a folder holds no capture.
    """
    is_of_site = SiteAddresses(base_url)
    unpacks = PackageReader(is_of_site, MAX_BODY_BYTES)
    return CaptureSource(paths, unpacks, is_of_site)
