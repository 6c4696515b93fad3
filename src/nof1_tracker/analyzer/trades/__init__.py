"""What an account's completed legs say."""
