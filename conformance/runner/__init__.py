"""The conformance runner: any command, held against the cases.

Standard library only. In the repository it is `python conformance/runner`;
installed, it is the command `intaglio-conformance` and this package is
`intaglio_conformance`.
"""
