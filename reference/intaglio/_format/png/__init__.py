"""SPEC.md section 4, PNG: reads and writes chunks, zlib streams, scan lines and whole files."""
