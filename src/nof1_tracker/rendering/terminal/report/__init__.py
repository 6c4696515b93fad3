"""The sections of a season's report on a terminal."""
