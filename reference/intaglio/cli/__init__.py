"""The command line: `intaglio VERB ...`.

This module imports nothing slow. A verb's module is imported when the verb is run, other
libraries when a file needs them.
"""

import gc
import os
import sys


def main() -> None:
    """Run the command line with this process's arguments, and exit."""
    gc.disable()  # short runs leave no garbage; `each` enables it after the first file
    # No verb calls BLAS; starting its threads would cost 30 ms of CPU.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from intaglio.cli.run import run

    sys.exit(run(sys.argv[1:]))
