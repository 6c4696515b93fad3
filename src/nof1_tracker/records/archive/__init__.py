"""Records of the archive: exchanges, positions, and what checks of it found."""
