"""Write every conformance case, or compare with what is there.

python conformance/builder/build.py            write
python conformance/builder/build.py --check    compare; exit 1 on a difference
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builder import suite

SINGLE = ("manifest.json", "schema/case.schema.json")


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--out", type=Path, default=suite.HERE.parent, help="folder to write to")
    options = parser.parse_args()
    made = suite.files()
    there = {
        path.relative_to(options.out).as_posix(): path
        for path in [*options.out.glob("cases/**/*"), *(options.out / name for name in SINGLE)]
        if path.is_file()
    }
    stale = sorted(there.keys() - made.keys())
    changed = [
        path for path, data in made.items() if path not in there or there[path].read_bytes() != data
    ]
    if options.check:
        for path in stale + sorted(changed):
            sys.stdout.write(f"{'stale' if path in stale else 'different'}: {path}\n")
        return 1 if stale or changed else 0
    for path in stale:
        there[path].unlink()
    for path in changed:
        (options.out / path).parent.mkdir(parents=True, exist_ok=True)
        (options.out / path).write_bytes(made[path])
    total = sum(map(len, made.values()))
    sys.stdout.write(f"{len(made)} files, {total} bytes, {len(changed)} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
