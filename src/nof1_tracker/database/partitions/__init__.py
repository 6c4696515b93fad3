"""PostgreSQL tables that are divided by month: to and fro, and the months to come."""
