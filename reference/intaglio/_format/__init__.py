"""The format: one section of SPEC.md, one module. Speed-ups that change nothing are in `fast`."""
