"""What was computed once is answered to all who ask, until the record changes."""
