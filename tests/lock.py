"""The lock of the development environment: python tests/lock.py, with pip; writes requirements.lock.

For each package that `.[test,lint]` and building bring here and now, its version and the SHA-256
of the file that pip would install. It holds for this Python and this platform only.
"""

import json
import platform
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
HEAD = """# Written by `make lock` for CPython {python} on {system}; do not edit. To use it:
#     pip install --require-hashes -r requirements.lock
#     pip install --no-deps --no-build-isolation -e .
"""


def resolved() -> list[dict[str, Any]]:
    """What pip would install into an empty environment."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        build = tomllib.load(stream)["build-system"]["requires"]
    words = ["install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    words += [".[test,lint]", *build]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *words], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return list(json.loads(done.stdout)["install"])


def line(package: dict[str, Any]) -> str:
    name, version = package["metadata"]["name"].lower(), package["metadata"]["version"]
    digest = package["download_info"]["archive_info"]["hashes"]["sha256"]
    return f"{name}=={version} --hash=sha256:{digest}"


def main() -> None:
    lines = sorted(line(package) for package in resolved() if not package["is_direct"])
    python = ".".join(platform.python_version_tuple()[:2])
    system = f"{platform.system()} {platform.machine()}"
    head = HEAD.format(python=python, system=system)
    (ROOT / "requirements.lock").write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
