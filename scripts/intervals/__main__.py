"""Runs it: python -m scripts.intervals."""

from scripts.intervals.simulated_coverage import main

main()
