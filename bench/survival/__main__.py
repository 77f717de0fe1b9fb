"""Whether arrays survive what real tools do to a PNG: python bench/survival.

    python bench/survival                   with the tools that are here; writes docs/survival.md
    python bench/survival --install         fetch them first (Debian, pip into this Python, npm)
    python bench/survival --only Pillow,GD  some tools; writes nothing

Every picture goes every way, and must come back exact or be refused. Wrong data, a
traceback, and a refusal on a way that loses nothing are failures; so is it if fewer
than RIGHT_LEAST of the causes named are right. A missing tool is listed as "not here".
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import browsers
import converters
import formats
import gimp
import installing
import libraries
import nodes
import optimisers
import pictures
import pillows
import report
from verdicts import Verdict, judge
from ways import Tool

RIGHT_LEAST = 0.98
FAMILIES = (pillows, libraries, optimisers, converters, formats, gimp, nodes, browsers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--install", action="store_true", help="fetch the tools first")
    parser.add_argument("--only", default="", help="tools, with commas between")
    parser.add_argument("--pictures", default=",".join(pictures.NAMES), help="pictures, likewise")
    asked = parser.parse_args()
    if asked.install:
        installing.install()
    wanted = set(filter(None, asked.only.split(",")))
    tools = [t for family in FAMILIES for t in family.TOOLS if not wanted or t.name in wanted]
    if unknown := wanted - {tool.name for tool in tools}:
        parser.error(f"no such tool: {', '.join(sorted(unknown))}")
    versions = {tool.name: tool.version() for tool in tools}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pictures") as folder:
        made = pictures.make(Path(folder), tuple(asked.pictures.split(",")))
        verdicts = [v for tool in tools if versions[tool.name] for v in _of(tool, made)]
    taken = time.monotonic() - began
    if not wanted and len(made) == len(pictures.NAMES):
        report.write(tools, versions, made, verdicts)
    failed = [v for v in verdicts if v.is_never]
    for v in verdicts:
        if v.is_never or v.word == "wrong cause":
            print(f"{v.word}: {v.tool}, {v.way}, {v.picture}: {v.cause}; {v.detail}")
    absent = [tool.name for tool in tools if versions[tool.name] is None]
    if absent:
        print(f"not here: {', '.join(absent)}")
    print(f"{report.summary(tools, verdicts)}, in {taken:.0f} s")
    print(f"{len(verdicts) - len(failed)} passed, {len(failed)} failed")
    asked_for = bool(wanted and absent)  # who names a tool wants it
    sys.exit(bool(failed) or asked_for or report.share_right(verdicts) < RIGHT_LEAST)


def _of(tool: Tool, made: list[pictures.Picture]) -> list[Verdict]:
    began = time.monotonic()
    verdicts = [judge(tool, way, picture) for way in tool.ways for picture in made]
    wrong = sum(v.is_never or v.word == "wrong cause" for v in verdicts)
    seconds = time.monotonic() - began
    print(f"{tool.name}: {len(verdicts)} in {seconds:.1f} s, {wrong} wrong", file=sys.stderr)
    return verdicts


if __name__ == "__main__":
    main()
