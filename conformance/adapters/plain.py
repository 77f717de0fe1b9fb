"""The plain reader on the contract of the conformance suite. It does not encode.

python conformance/adapters/plain.py describe | decode ...
"""

import sys
from collections.abc import Collection
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path[0] = str(HERE.parent)
for _home in (HERE.parent, HERE.parents[1] / "reference"):  # installed, or in the repository
    if (_home / "reader").is_dir() and str(_home) not in sys.path:
        sys.path.append(str(_home))

from adapters import contract  # noqa: E402

from reader import decode as plain  # noqa: E402
from reader.conventions import Refused  # noqa: E402
from reader.registry import ELEMENTS, UNITS  # noqa: E402

DESCRIBED: Final = {
    "name": "intaglio (plain reader)",
    "version": "1.0",
    "language": "Python",
    "formatVersions": ["1.0"],
    "features": ["decode", "only", "zstd"],
    "limits": {"pixels": plain.LIMITS.pixels, "outputBytes": plain.LIMITS.output_bytes},
}


def decode(png: bytes, only: Collection[str] | None = None) -> contract.Decoded:
    """Decode as [DEC-1] has it."""
    try:
        file = plain.decode(png, only)
    except Refused as refused:
        raise contract.RefusedError(refused.reason, refused.detail) from refused
    except plain.AbsentNameError as problem:
        raise contract.AbsentNameError(*problem.args) from problem
    rows = [
        {
            "name": array.name,
            "element": ELEMENTS[array.element].name,
            "unit": UNITS[array.unit - 1] if array.unit else None,
            "unit_count": array.unit_count,
            "shape": array.shape,
            "metadata": array.metadata,
        }
        for array in file.arrays
    ]
    return contract.accepted(file.metadata, rows, tuple(a.canonical for a in file.arrays))


if __name__ == "__main__":
    sys.exit(contract.answer(sys.argv[1:], DESCRIBED, decode))
