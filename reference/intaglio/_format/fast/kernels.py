"""The compiled kernels: what reference/native holds, or None where it was not compiled.

Everything works without them; they do the same sooner. INTAGLIO_PURE=1 in the
environment leaves them out, and they know little-endian machines only.
"""

import os
import sys
from importlib import import_module
from typing import Any, Final


def _maybe_native() -> Any:  # noqa: ANN401 - a module of functions on buffers, or None
    if os.environ.get("INTAGLIO_PURE") or sys.byteorder != "little":
        return None
    try:
        return import_module("intaglio._native")
    except ImportError:  # no compiler was there when this was installed
        return None


native: Final = _maybe_native()  # reference/native/native.c says what it holds
