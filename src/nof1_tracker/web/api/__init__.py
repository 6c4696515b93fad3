"""The API, version 1: a router for each topic."""
