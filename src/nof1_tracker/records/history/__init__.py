"""Records of other sources of the past than the site."""
