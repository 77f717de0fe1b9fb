"""Fuzzing: hostile input made by the million, and what must hold of a reader that is given it."""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "conformance"))  # for `builder`, which shares no code with the reference
sys.path.append(str(ROOT / "reference"))  # for `reader`, the plain one
