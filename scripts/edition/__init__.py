"""Makes the dataset that comes with the package."""
