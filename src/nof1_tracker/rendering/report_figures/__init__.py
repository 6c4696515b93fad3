"""The figures of a report, each declared once for every mouth that tells it."""
