"""SPEC.md section 4, PNG: chunks, the zlib stream, scan lines, and files as a whole."""
