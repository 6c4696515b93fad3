"""What a web archive kept of the simulated site, and the server that it asks."""
