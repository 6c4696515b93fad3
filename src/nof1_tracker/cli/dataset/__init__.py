"""Commands of datasets: build, verify and load one, and look at the sample."""
