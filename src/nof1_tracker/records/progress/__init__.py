"""What players did, and what it earned them."""
