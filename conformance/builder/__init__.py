"""The builder of the conformance cases: SPEC.md done by hand, with the standard library only."""
