"""Optional speed-ups of the format. Results are the same without them."""
