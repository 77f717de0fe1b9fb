"""The compiled kernels of reference/native, or None where they were not compiled.

Every kernel has a plain Python twin that returns the same. INTAGLIO_PURE=1 in the environment
turns the kernels off; they need a little-endian machine.
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
    except ImportError:  # no compiler was there when this was installed
        return None


native: Final = _maybe_native()  # reference/native/native.c says what it holds
