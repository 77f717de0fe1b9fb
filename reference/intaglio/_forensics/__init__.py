"""Causes of unreadable files, and the inverse of lossless changes."""
