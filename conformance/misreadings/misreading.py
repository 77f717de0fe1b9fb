"""What a misreading is."""

from collections.abc import Callable
from dataclasses import dataclass


class RottenError(Exception):
    """The words to be exchanged are not there, or there twice: the reference has changed."""


@dataclass(frozen=True, slots=True)
class Misreading:
    """One wrong decoder.

    label: the sentence of SPEC.md that was misread.
    reading: what its author believed.
    edits: room, words of its source, and what stands there instead.
    """

    name: str
    label: str
    reading: str
    edits: tuple[tuple[str, str, str], ...]

    def changed(self, source: Callable[[str], str]) -> dict[str, str]:
        """The changed sources, by room; `source` gives those of the reference."""
        texts: dict[str, str] = {}
        for room, old, new in self.edits:
            text = texts.get(room) or source(room)
            if text.count(old) != 1:
                message = f"{self.name}: {old!r} stands {text.count(old)} times in {room}"
                raise RottenError(message)
            texts[room] = text.replace(old, new)
        return texts


def one(name: str, label: str, reading: str, room: str, old: str, new: str) -> Misreading:
    """A misreading of a single edit."""
    return Misreading(name, label, reading, ((room, old, new),))
