"""What an account's equity curve says."""
