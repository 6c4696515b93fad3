"""From stored rows to report objects and their rendering."""
