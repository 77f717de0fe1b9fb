"""Imports the compiled kernels of reference/native, if they were compiled.

Every kernel has a pure-Python twin that returns the same; test_kernels.py checks this. The
environment variable INTAGLIO_PURE=1 turns the kernels off. They need a little-endian machine.
"""

import os
import sys
from importlib import import_module
from typing import Any, Final


def _maybe_native() -> Any:  # noqa: ANN401 - a module of functions on buffers, or None
    if os.environ.get("INTAGLIO_PURE") or sys.byteorder != "little":
        return None
    try:
        return import_module("intaglio._format.fast._native")
    except ImportError:  # there was no compiler when the package was installed
        return None


native: Final = _maybe_native()  # the functions of reference/native/native.c, or None
