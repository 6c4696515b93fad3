"""How certain a figure is, and how certain it is who is ahead."""
