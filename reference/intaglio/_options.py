"""The table of keywords of all writers: type, range, default and help of each keyword.

`Options` is the table: type checkers read its types, and `Annotated` adds the rest as an `Option`.
Signatures (`_packing.signatures`), the command's options, help, completion and manual, and the
checks of values are made from it; tests compare the table of docs/python.md with it.

This module imports neither numpy nor other modules of the package, so that the command prints its
help quickly.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    TypedDict,
    get_args,
    get_type_hints,
)

Profile = str | tuple[int, int, int, int]
Effort = Literal["fast", "small"]
Group = Literal["Look", "Size", "Input"]

LEVEL_DEFAULT: Final[int | None] = None  # chosen by effort and by the size saved
DEFAULT_PIXELS_MAX: Final = 2**26
SIDE_MAX: Final = 2**31 - 1  # the limit of PNG


@dataclass(frozen=True, slots=True)
class Option:
    """One keyword. `keyword=` inside the help is replaced by the option on the command line.

    unset: the meaning of None. python: text added to the help for Python only.
    lowest, highest: the range, both included; above: the lower end, not included.
    name and type are filled in by `TABLE`.
    """

    group: Group
    help: str
    metavar: str = ""
    default: Any = None
    unset: str = "chosen"
    python: str = ""
    choices: tuple[str, ...] = ()
    lowest: int | None = None
    highest: int | None = None
    above: int | None = None
    type_text: str = ""
    name: str = ""
    type: Any = None

    @property
    def default_text(self) -> str:
        """The default as written in Python, or the meaning of None."""
        if self.default is None:
            return self.unset
        return f'"{self.default}"' if isinstance(self.default, str) else str(self.default)

    @property
    def range_text(self) -> str:
        """The range as text that follows "is"; empty if every value is allowed."""
        if self.choices and self.name != "profile":
            return f"one of {', '.join(map(repr, self.choices))}"
        if self.lowest is not None:
            return f"from {self.lowest} to {self.highest:,}"
        if self.above is None:
            return ""
        return f"above {self.above}" + (f", at most {self.highest:,}" if self.highest else "")

    def refusal(self, shown: str) -> str:
        """The message for a value out of range."""
        return f"{self.name}= is {self.range_text}, not {shown}"

    def allows(self, number: float) -> bool:
        """Whether a number is within the range."""
        return not (
            (self.lowest is not None and number < self.lowest)
            or (self.above is not None and number <= self.above)
            or (self.highest is not None and number > self.highest)
        )


class _MapOptions(TypedDict, total=False):
    """The keywords that are positional arguments of plt.imsave."""

    cmap: Annotated[
        Any,
        Option(
            "Look",
            "Colour map, by matplotlib's name, such as rainbow or gray_r.",
            "NAME",
            python="Or an (N, 3) or (N, 4) array, or a `Colormap`. matplotlib is not needed. "
            'By default "viridis", or for label maps colours of their own.',
            type_text="str | ArrayLike | Colormap | None",
        ),
    ]
    vmin: Annotated[
        float | None,
        Option("Look", "Value at the start of the colour map.", "X", unset="the data's"),
    ]
    vmax: Annotated[
        float | None, Option("Look", "Value at the end of the colour map.", "X", unset="the data's")
    ]
    origin: Annotated[
        str | None,
        Option(
            "Look", "Where row 0 lies.", "upper|lower", unset='"upper"', choices=("upper", "lower")
        ),
    ]


class PlainOptions(TypedDict, total=False):
    """The keywords of all writers, except the positional arguments of plt.imsave."""

    norm: Annotated[
        Any,
        Option(
            "Look",
            "How values become positions on the colour map.",
            "linear|log|symlog|twoslope",
            unset='"linear"',
            python="Or a matplotlib `Normalize`.",
            choices=("linear", "log", "symlog", "twoslope"),
            type_text="str | Normalize | None",
        ),
    ]
    vcenter: Annotated[
        float, Option("Look", "The middle value of norm='twoslope'.", "X", default=0.0)
    ]
    linthresh: Annotated[
        float | None, Option("Look", "Where norm='symlog' turns linear.", "X", above=0)
    ]
    complex_as: Annotated[
        str | None,
        Option(
            "Look",
            "What is shown of complex numbers.",
            "domain|magnitude|phase|real|imag",
            unset='"domain"',
            choices=("domain", "magnitude", "phase", "real", "imag"),
        ),
    ]
    badge: Annotated[
        bool,
        Option("Look", "Draw a small mark that says: this picture carries data.", default=False),
    ]
    cover: Annotated[
        Any,
        Option(
            "Look",
            "Show this picture instead of the data.",
            "PICTURE",
            unset="none",
            python="A path, a file, pixels, a PIL image or a matplotlib `Figure`.",
            type_text="Picture | None",
        ),
    ]
    enlarge: Annotated[
        bool, Option("Size", "Enlarge a cover that is too small for the data.", default=False)
    ]
    scale: Annotated[float | None, Option("Size", "Pixels a cell.", "X", above=0, highest=SIDE_MAX)]
    side_min: Annotated[
        int,
        Option(
            "Size",
            "Enlarge small arrays until the long side has so many pixels.",
            "N",
            default=256,
            lowest=1,
            highest=SIDE_MAX,
        ),
    ]
    side_max: Annotated[
        int,
        Option(
            "Size",
            "Make no picture with a longer side, in pixels.",
            "N",
            default=16384,
            lowest=1,
            highest=SIDE_MAX,
        ),
    ]
    pixels_max: Annotated[
        int,
        Option(
            "Size",
            "Make no picture of more pixels.",
            "N",
            default=DEFAULT_PIXELS_MAX,
            lowest=1,
            highest=2**63 - 1,
        ),
    ]
    profile: Annotated[
        Profile,
        Option(
            "Size",
            "Bits of a pixel that carry data: opaque, fine, dense, denser, rgba, rgba-dense, raw, "
            "or the four depths of R, G, B and A, such as 3,2,3,0.",
            "NAME",
            default="opaque",
            choices=("opaque", "fine", "dense", "denser", "rgba", "rgba-dense", "raw"),
            type_text="str | tuple[int, int, int, int]",
        ),
    ]
    level: Annotated[
        int | None,
        Option("Size", "Zstandard's level; higher is smaller.", "1-22", lowest=1, highest=22),
    ]
    effort: Annotated[
        Effort,
        Option(
            "Size",
            "small: a file a little smaller, in two to four times the time.",
            "fast|small",
            default="fast",
            choices=get_args(Effort),
            type_text="str",
        ),
    ]
    metadata: Annotated[
        Mapping[str, Any] | None,
        Option(
            "Input",
            "A JSON object for the file.",
            "JSON|@FILE",
            unset="none",
            python="Dicts with str keys, lists, str, numbers, bools and None; numpy's numbers "
            "become Python's.",
        ),
    ]
    attrs: Annotated[
        Mapping[str, Mapping[str, Any]] | None,
        Option(
            "Input",
            'A JSON object for each array, such as {"x": {"unit": "K"}}.',
            "JSON|@FILE",
            unset="none",
        ),
    ]


class Options(_MapOptions, PlainOptions, total=False):
    """The keywords of all writers."""


def _rows(table: Any) -> Iterator[Option]:  # noqa: ANN401 - a TypedDict
    for name, hint in get_type_hints(table, include_extras=True).items():
        kind, row = get_args(hint)
        yield replace(row, name=name, type=kind)


TABLE: Final[Mapping[str, Option]] = {row.name: row for row in _rows(Options)}


def default(name: str) -> Any:  # noqa: ANN401 - the type of the keyword
    """The default of a keyword."""
    return TABLE[name].default
