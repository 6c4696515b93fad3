"""The person of these tests."""

from nof1_tracker.records.people.people import Asking

ANNA = ("Anna", "anna@example.com")
PASSWORD = "correct horse battery"
HERE = Asking("203.0.113.7", "a test")
ELSEWHERE = Asking("198.51.100.1", "another")
