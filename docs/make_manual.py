"""Writes docs/intaglio.1, the manual page of the command: python docs/make_manual.py.

A test holds the file equal to what this writes.
"""

from collections.abc import Iterator
from pathlib import Path

from intaglio import __version__
from intaglio.cli.arguments import Argument, Verb
from intaglio.cli.commands import (
    EXAMPLES,
    EXIT_CODES,
    OPTIONS,
    SUMMARY,
    VERBS,
    groups,
    spelled,
    told,
)
from intaglio.cli.commands import verb_of as verb_named
from intaglio.limits import OUTPUT_BYTES_VARIABLE, PIXELS_VARIABLE

TARGET = Path(__file__).with_name("intaglio.1")
VARIABLES = {
    PIXELS_VARIABLE: "Refuse pictures of more pixels, as --pixels-max does.",
    OUTPUT_BYTES_VARIABLE: "Refuse arrays of more bytes together, as --bytes-max does.",
    "INTAGLIO_DEBUG": "Set to 1: show where an internal error happened.",
}


def manual() -> str:
    """The page, in the macros of man."""
    lines = [
        '.\\" Written by docs/make_manual.py; do not edit.',
        f'.TH INTAGLIO 1 "" "intaglio {__version__}" "User Commands"',
        ".SH NAME",
        plain(f"intaglio - {SUMMARY[0].lower()}{SUMMARY[1:].rstrip('.')}"),
        ".SH SYNOPSIS",
    ]
    for name in VERBS:
        files = " ".join(one.metavar for one in verb_named(name).files)
        lines += [f".B {plain(f'intaglio {name}')}", plain(f"[OPTIONS] {files}"), ".br"]
    lines += [".SH OPTIONS", *(line for one in OPTIONS for line in option(one))]
    lines += [".SH COMMANDS", *(line for name in VERBS for line in verb(verb_named(name)))]
    lines += [".SH EXAMPLES", *(line for text in EXAMPLES for line in example(text))]
    lines += [".SH EXIT STATUS", plain(EXIT_CODES.removeprefix("Exit codes: "))]
    lines += [".SH ENVIRONMENT"]
    for name, text in VARIABLES.items():
        lines += [".TP", f".B {plain(name)}", plain(text)]
    return "\n".join(lines) + "\n"


def verb(one: Verb) -> Iterator[str]:
    """A subsection: what the verb does, its files, its options in groups, its examples."""
    yield f'.SS "{plain(one.name)}"'
    yield plain(one.summary)
    if one.text:
        yield from (".PP", plain(one.text))
    for file in one.files:
        yield from (".TP", f".I {plain(file.metavar)}", plain(file.help))
    for title, options in groups(one):
        yield from (".PP", f".I {plain(title)}")
        for row in options:
            yield from option(row)
    for text in one.examples:
        yield from example(text)


def option(one: Argument) -> Iterator[str]:
    """One option and its help."""
    yield from (".TP", f".B {plain(spelled(one))}", plain(told(one)))


def example(text: str) -> Iterator[str]:
    """A line as it is typed."""
    yield from (".PP", ".nf", f".RS\n{plain(text)}\n.RE", ".fi")


def plain(text: str) -> str:
    """Text without anything that roff would interpret."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return f"\\&{text}" if text.startswith(".") else text


if __name__ == "__main__":
    TARGET.write_text(manual())
