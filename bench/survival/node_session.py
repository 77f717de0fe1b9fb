"""A Node program beside us that is asked line by line: JSON in, JSON out."""

import atexit
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any

from ways import TIMEOUT_SECONDS, NotTakenError, Run

HERE = Path(__file__).parent


@cache
def _process(program: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        ["node", str(HERE / program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def end() -> None:
        assert process.stdin is not None
        process.stdin.close()  # it ends its browsers, then itself
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()

    atexit.register(end)
    return process


def ask(program: str, question: dict[str, Any]) -> Any:
    """What the program answers."""
    process = _process(program)
    assert process.stdin is not None
    assert process.stdout is not None
    watch = Timer(TIMEOUT_SECONDS, process.kill)
    watch.start()
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    watch.cancel()
    if not line:
        raise NotTakenError(f"{program} ended")
    answer = json.loads(line)
    if "error" in answer:
        raise NotTakenError(answer["error"][:200])
    return answer["value"]


def way(program: str, host: str, name: str, end: str = "out.png") -> Run:
    """The function of that name in the program, called with the picture and the end."""

    def run(source: Path, folder: Path) -> Path:
        out = folder / end
        ask(program, {"host": host, "name": name, "in": str(source), "out": str(out)})
        return out

    return run


def has_packages() -> bool:
    """Whether Node and what npm brings are here."""
    return shutil.which("node") is not None and (HERE / "node_modules").is_dir()


def package_version(package: str) -> str | None:
    """The version of an npm package that is installed beside this file."""
    path = HERE / "node_modules" / package / "package.json"
    if shutil.which("node") is None or not path.exists():
        return None
    return str(json.loads(path.read_text())["version"])
