"""What reading commands find, and why they found nothing."""
