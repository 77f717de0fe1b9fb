"""The report: docs/survival.md, every tool, way and picture in tables."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from pictures import Picture
from verdicts import Verdict
from ways import Tool

TARGET = Path(__file__).parents[2] / "docs" / "survival.md"
_HEAD = """# What real tools do to the data

Written by `make survival` ({date}); do not edit. Each picture went every way: a tool opened it and saved it again. Then
the arrays were read.

- **exact**: every bit of every array came back. What is counted exact was compared byte by byte.
- a cause, such as *jpeg*: the data was refused, and this is the cause that the refusal names, as it should.
- **+ restored**: refused like that, and `restore` brought every bit back.
- *smoothed?*, *altered?*: refused as one of several (resized, blurred or compressed with loss; cropped, recoloured, resized, blurred, or
  saved with loss or in fewer colours), and one of them is what happened. What is left does not tell more.
- *no trace*: refused with the word that the picture never carried data, or that nothing is left of it.
- **wrong cause**: refused, but what the refusal names as probable is not what happened.
- *not taken*: the tool itself would not read or write this picture.

The causes were tuned with these journeys in view: how often they are right of pictures that were held out is in [diagnosis.md](diagnosis.md).

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
        f"{len(here)} tools, {len(ways)} ways, {len(verdicts)} journeys. {words['exact']} came "
        f"back exact, among them {exact} of the {len(kept)} on ways that lose nothing. "
        f"{refused} were refused: the cause named was right {words['refused']} times, right as one "
        f"of several {words['family']} times and wrong {words['wrong cause']} times "
        f"({share_right(verdicts):.1%} right), and {words['no trace']} times there was no trace. "
        f"{sum(v.restored for v in verdicts)} were restored, {words['not taken']} not taken. "
        f"Wrong data, tracebacks, and refusals where nothing was lost: {never}."
        + (f" Not here: {absent}." if absent else "")
    )
