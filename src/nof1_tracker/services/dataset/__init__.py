"""Use cases of datasets: the record as a folder that is built, verified and loaded."""
