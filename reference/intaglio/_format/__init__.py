"""The file format: one module per section of SPEC.md. `fast` holds optional speed-ups."""
