"""Proofs that the cases are adequate: they catch every wrong decoder we can think of."""
