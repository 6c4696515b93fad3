"""The rules about people."""
