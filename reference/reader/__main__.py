"""List the arrays of an Intaglio file, or print the reason why it must be refused.

    python reference/reader FILE

Ends with 0, or with 65 for a file that must be refused.
"""

import hashlib
import sys
from pathlib import Path

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from reader.conventions import Refused
from reader.decode import decode
from reader.registry import ELEMENTS

DONE, USAGE, REFUSED = 0, 64, 65


def main(words: list[str]) -> int:
    """Do what the command line says."""
    if len(words) != 1:
        sys.stderr.write(f"{(__doc__ or '').strip()}\n")
        return USAGE
    try:
        file = decode(Path(words[0]).read_bytes())
    except Refused as refused:
        sys.stdout.write(f"{refused.reason}\n")
        sys.stderr.write(f"{refused.detail}\n" if refused.detail else "")
        return REFUSED
    for array in file.arrays:
        shape = " x ".join(map(str, array.shape)) or "scalar"
        digest = hashlib.sha256(array.canonical).hexdigest()
        sys.stdout.write(f"{array.name!a} {ELEMENTS[array.element].name} {shape} {digest}\n")
    return DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
