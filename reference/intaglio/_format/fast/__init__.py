"""Faster forms of parts of the format. Without them the results are the same."""
