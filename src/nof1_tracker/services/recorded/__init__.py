"""Records what is fetched or imported first, and stores it from the archive."""
