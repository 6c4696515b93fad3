"""The simulated arena's site, with the real site's wire formats and failures."""
