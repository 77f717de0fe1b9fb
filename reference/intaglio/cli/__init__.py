"""The command line: `intaglio VERB ...`.

This file imports nothing that takes time; the verbs' modules are imported when
their verb is asked for, the partners' when a file needs them.
"""

import gc
import os
import sys


def main() -> None:
    """Run the command line with this process's arguments, and exit."""
    gc.disable()  # nothing is garbage yet; `each` turns it on after the first file
    # No verb calls BLAS; its threads alone would cost 30 ms of CPU at start.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from intaglio.cli.run import run

    sys.exit(run(sys.argv[1:]))
