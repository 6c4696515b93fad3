"""An account's equity curve and its metrics."""
