"""The report: docs/survival.md, every tool, way and picture in tables."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from pictures import Picture
from verdicts import Verdict
from ways import Tool

TARGET = Path(__file__).parents[2] / "docs" / "survival.md"
_HEAD = """# What real tools do to the data

Written by `make survival` ({date}); do not edit. Each picture went through every operation: a tool opened it and saved it
again. Then the arrays were read. The figures hold for that date; later changes of the diagnosis are not in them.

- **exact**: every bit of every array came back; compared byte by byte.
- a cause, such as *jpeg*: refused, and the refusal names this cause, which is right.
- **+ restored**: refused with the right cause, and `restore` returned every bit.
- *smoothed?*, *altered?*: refused as one of several (resized, blurred or compressed with loss; cropped, recoloured, resized, blurred, or
  saved with loss or in fewer colours), and one of them is right. The picture does not show which.
- *no trace*: refused with the message that the picture never carried data, or that nothing is left of it.
- **wrong cause**: refused, but the refusal names a cause that is not right.
- *not taken*: the tool itself did not read or write this picture.

The causes were tuned on these runs. [diagnosis.md](diagnosis.md) has the figures for pictures that were held out.

{summary}

| picture | what it is |
|---|---|
{pictures}

"""


def write(
    tools: list[Tool],
    versions: dict[str, str | None],
    made: list[Picture],
    verdicts: list[Verdict],
) -> None:
    """Write the report anew."""
    about = "\n".join(f"| {p.name} | {p.about} |" for p in made)
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    parts = [_HEAD.format(date=today, summary=summary(tools, verdicts), pictures=about)]
    by_place = {(v.tool, v.way, v.picture): v for v in verdicts}
    for tool in tools:
        version = versions[tool.name]
        if version is None:
            parts.append(f"## {tool.name}: not here\n")
            continue
        parts.append(f"## {tool.name} {version}\n")
        parts.append("| way | " + " | ".join(p.name for p in made) + " |")
        parts.append("|---" * (1 + len(made)) + "|")
        for way in tool.ways:
            cells = [_cell(by_place[tool.name, way.name, p.name]) for p in made]
            parts.append(f"| {way.name} | " + " | ".join(cells) + " |")
        parts.append("")
    TARGET.write_text("\n".join(parts))


def _cell(verdict: Verdict) -> str:
    if verdict.word == "exact":
        return "exact"
    if verdict.word == "refused":
        return f"*{verdict.cause}*" + (" + restored" if verdict.restored else "")
    if verdict.word == "family":
        return f"*{verdict.cause}?*"
    if verdict.word in ("not taken", "no trace"):
        return f"*{verdict.word}*"
    return f"**{verdict.word}** {verdict.cause}".strip()


def share_right(verdicts: list[Verdict]) -> float:
    """Of the causes that refusals named, how many were right."""
    words = Counter(v.word for v in verdicts)
    right = words["refused"] + words["family"]
    return right / max(1, right + words["wrong cause"])


def summary(tools: list[Tool], verdicts: list[Verdict]) -> str:
    """What came out, in a few sentences."""
    here = {v.tool for v in verdicts}
    ways = {(v.tool, v.way) for v in verdicts}
    words = Counter(v.word for v in verdicts)
    plain = {(t.name, w.name) for t in tools for w in t.ways if w.loses == "nothing"}
    kept = [v for v in verdicts if (v.tool, v.way) in plain and v.word != "not taken"]
    exact = sum(v.word == "exact" for v in kept)
    absent = ", ".join(t.name for t in tools if t.name not in here)
    refused = sum(words[word] for word in ("refused", "family", "no trace", "wrong cause"))
    never = sum(v.is_never for v in verdicts)
    return (
        f"{len(here)} tools, {len(ways)} operations, {len(verdicts)} runs. {words['exact']} were "
        f"exact, among them {exact} of the {len(kept)} lossless ones. "
        f"{refused} were refused: the cause named was right {words['refused']} times, right as one "
        f"of several {words['family']} times and wrong {words['wrong cause']} times "
        f"({share_right(verdicts):.1%} right), and {words['no trace']} times there was no trace. "
        f"{sum(v.restored for v in verdicts)} were restored, {words['not taken']} not taken. "
        f"Wrong data, tracebacks, and refusals where nothing was lost: {never}."
        + (f" Not here: {absent}." if absent else "")
    )
