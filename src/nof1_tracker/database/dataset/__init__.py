"""The record as tables that can be published: read from a database, loaded into one."""
