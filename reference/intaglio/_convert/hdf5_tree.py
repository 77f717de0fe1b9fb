"""HDF5's objects: each visited once, by links that stay in the file, within limits.

h5py's own walk opens every object by its full path, and its lookups follow links to other
files. Here a group's links are listed, told apart by their type, and opened by their own name
from the group that holds them; no link to another file is ever opened.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from intaglio.errors import FormatError

OBJECTS_MAX: Final = 2**17
DEPTH_MAX: Final = 128  # deeper, no path has the 255 bytes that a name may have
_HOPS_MAX: Final = 16
_SHOWN_MAX: Final = 10


class Item(NamedTuple):
    """An object of the file; `path` has no slash at its beginning, the root's is empty."""

    path: str
    id: Any
    is_data: bool
    address: tuple[int, int]


@dataclass(slots=True)
class Tree:
    """A file opened by h5py. skipped and notes: what the walk has met besides objects."""

    h5py: Any
    root: Any
    skipped: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)

    def walk(self, start: Item) -> Iterator[Item]:
        """`start`, and what is below it, each object once."""
        seen = {start.address}
        ahead = [(start, 0)]
        count = 0
        while ahead:
            item, depth = ahead.pop()
            yield item
            if item.is_data:
                continue
            if depth >= DEPTH_MAX:
                message = f"its groups are nested more than {DEPTH_MAX} deep"
                raise FormatError(message)
            below: list[tuple[Item, int]] = []
            links = self._links(item.id)
            if item.path and not links and not self.h5py.h5a.get_num_attrs(item.id):
                self.empty.append(ascii(item.path))
            for name, link in links:
                count += 1
                if count > OBJECTS_MAX:
                    raise FormatError(_too_many())
                path = f"{item.path}/{name}" if item.path else name
                found = self._maybe_item(item.id, name, path, link, seen)
                if found is not None:
                    seen.add(found.address)
                    below.append((found, depth + 1))
            ahead += reversed(below)

    def find(self, inside: str) -> Item:
        """The object at a path, through links inside the file only."""
        ahead, hops = [part for part in inside.split("/") if part][::-1], 0
        here, done = self.item(self.root, ""), ""
        while ahead:
            name = ahead.pop()
            link = None if here.is_data else self._maybe_link(here.id, name)
            done = f"{done}/{name}"
            if link is None:
                raise FormatError(f"it has no {inside!a}; it has {self._shown()}")
            if link == self.h5py.h5l.TYPE_SOFT:
                hops += 1
                target = _text(here.id.links.get_val(name.encode()))
                if hops > _HOPS_MAX:
                    raise FormatError(f"{inside!a} leads through more than {_HOPS_MAX} links")
                ahead += [part for part in target.split("/") if part not in ("", ".")][::-1]
                if target.startswith("/"):
                    here, done = self.item(self.root, ""), ""
                continue
            if link != self.h5py.h5l.TYPE_HARD:
                raise FormatError(f"{done!a} is {self._elsewhere(here.id, name, link)}")
            here = self.item(self._opened(here.id, name), done[1:])
        return here._replace(path=inside.strip("/"))

    def item(self, opened: Any, path: str) -> Item:  # noqa: ANN401 - h5py is untyped
        """An object that is open."""
        info = self.h5py.h5o.get_info(opened)
        is_data = isinstance(opened, self.h5py.h5d.DatasetID)
        return Item(path, opened, is_data, (info.fileno, info.addr))

    def notes(self) -> tuple[str, ...]:
        """What the walk left out without being asked: names that say nothing new."""
        told = (
            ("links", self.links),
            ("named types", self.types),
            ("groups with nothing in them", self.empty),
        )
        return tuple(f"{what} left out: {shortened(names)}" for what, names in told if names)

    def _links(self, group: Any) -> list[tuple[str, int]]:  # noqa: ANN401
        names: list[tuple[str, int]] = []

        def take(name: bytes, info: Any) -> None:  # noqa: ANN401
            if len(names) >= OBJECTS_MAX:  # a damaged list may have no end
                raise FormatError(_too_many())
            names.append((_text(name), info.type))  # h5py fills one object again and again

        group.links.iterate(take, info=True)
        return names

    def _maybe_link(self, group: Any, name: str) -> int | None:  # noqa: ANN401
        raw = name.encode()
        return int(group.links.get_info(raw).type) if group.links.exists(raw) else None

    def _maybe_item(
        self,
        group: Any,  # noqa: ANN401
        name: str,
        path: str,
        link: int,
        seen: set[tuple[int, int]],
    ) -> Item | None:
        if link == self.h5py.h5l.TYPE_SOFT:
            target = _text(group.links.get_val(name.encode()))
            self.links.append(f"{path!a} to {target!a}")
            return None
        if link != self.h5py.h5l.TYPE_HARD:
            self.skipped[path] = f"it is {self._elsewhere(group, name, link)}"
            return None
        try:
            opened = self._opened(group, name)
        except (KeyError, RuntimeError) as problem:  # of a type that HDF5 does not open, say
            self.skipped[path] = f"HDF5 cannot open it: {problem!s:.200}"
            return None
        if not isinstance(opened, self.h5py.h5d.DatasetID | self.h5py.h5g.GroupID):
            self.types.append(ascii(path))
            return None
        found = self.item(opened, path)
        if found.address in seen:
            self.links.append(f"{path!a}, a second name of an object")
            return None
        return found

    def _opened(self, group: Any, name: str) -> Any:  # noqa: ANN401
        return self.h5py.h5o.open(group, name.encode())

    def _elsewhere(self, group: Any, name: str, link: int) -> str:  # noqa: ANN401
        if link != self.h5py.h5l.TYPE_EXTERNAL:
            return "a link of a type that a program defines for itself"
        file = group.links.get_val(name.encode())[0]
        return f"a link to another file, {_text(file)!a}, and only the file named is read"

    def _shown(self) -> str:
        names = []
        for item in self.walk(self.item(self.root, "")):
            if item.is_data:
                names.append(ascii(f"/{item.path}"))
            if len(names) > _SHOWN_MAX:
                break
        return ", ".join(names[:_SHOWN_MAX]) or "no datasets"


def shortened(names: list[str]) -> str:
    """The first of the names, and how many more there are."""
    more = f" and {len(names) - _SHOWN_MAX:,} more" if len(names) > _SHOWN_MAX else ""
    return ", ".join(names[:_SHOWN_MAX]) + more


def _too_many() -> str:
    return f"it has more than {OBJECTS_MAX:,} links"


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as problem:
        message = f"it has a name that is not UTF-8: {raw[:40]!r}"
        raise FormatError(message) from problem
