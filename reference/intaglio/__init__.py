"""Intaglio: exact numeric arrays in a picture anyone can look at."""
