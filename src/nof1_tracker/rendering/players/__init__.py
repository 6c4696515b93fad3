"""What players learned, earned and reached, in words."""
