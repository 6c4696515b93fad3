"""What is worth telling is found after each cycle and delivered."""
