"""People who sign in: their pages, their part of the API, and who is asking."""
