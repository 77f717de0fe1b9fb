"""What a misreading is."""

from collections.abc import Callable
from dataclasses import dataclass


class RottenError(Exception):
    """A fragment to be exchanged is not there, or there twice: the plain reader has changed."""


@dataclass(frozen=True, slots=True)
class Misreading:
    """One wrong decoder.

    label: the sentence of SPEC.md that was misread.
    reading: what its author believed.
    edits: module, a fragment of its source, and what stands there instead.
    """

    name: str
    label: str
    reading: str
    edits: tuple[tuple[str, str, str], ...]

    def changed(self, source: Callable[[str], str]) -> dict[str, str]:
        """The changed sources, by module; `source` gives those of the plain reader."""
        texts: dict[str, str] = {}
        for module, old, new in self.edits:
            text = texts.get(module) or source(module)
            if text.count(old) != 1:
                message = f"{self.name}: {old!r} stands {text.count(old)} times in {module}"
                raise RottenError(message)
            texts[module] = text.replace(old, new)
        return texts


def one(name: str, label: str, reading: str, module: str, old: str, new: str) -> Misreading:
    """A misreading of a single edit."""
    return Misreading(name, label, reading, ((module, old, new),))
