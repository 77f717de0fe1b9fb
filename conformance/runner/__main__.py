"""Start the runner, from the repository or installed."""

import sys
from pathlib import Path

if __package__:
    from .command import main
else:
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    from runner.command import main

if __name__ == "__main__":
    sys.exit(main())
