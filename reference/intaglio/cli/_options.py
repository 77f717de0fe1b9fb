"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from intaglio import _limits

Files: TypeAlias = Annotated[
    list[Path],
    typer.Argument(metavar="F.png...", help="Pictures that carry data; - is standard input."),
]
OneFile: TypeAlias = Annotated[
    Path, typer.Argument(metavar="F.png", help="A picture with data; - is standard input.")
]
AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one line of JSON a file, for programs.")
]
Quiet: TypeAlias = Annotated[
    bool, typer.Option("--quiet", "-q", help="No messages and no progress bar; errors only.")
]
Force: TypeAlias = Annotated[
    bool, typer.Option("--force", "-f", help="Replace files that are there already.")
]
Only: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="NAME", help="Only this array; may be given several times."),
]
PixelsMax: TypeAlias = Annotated[
    int,
    typer.Option(
        metavar="N", min=1, envvar=_limits.PIXELS_VARIABLE, help="Refuse pictures of more pixels."
    ),
]
PixelsToRead: TypeAlias = Annotated[
    int,
    typer.Option(
        "--read-pixels-max",
        metavar="N",
        min=1,
        envvar=_limits.PIXELS_VARIABLE,
        help="Refuse sources of more pixels.",
    ),
]
PixelsToWrite: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--pixels-max", metavar="N", min=1, help="Make no picture of more pixels (67108864)."
    ),
]
BytesMax: TypeAlias = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        envvar=_limits.OUTPUT_BYTES_VARIABLE,
        help="Refuse arrays of more bytes together (1000 times the file's size; at least "
        "268435456, at most 4294967296).",
    ),
]
Cmap: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Colour map, by matplotlib's name: rainbow, gray_r; docs/python.md lists them.",
    ),
]
Vmin: TypeAlias = Annotated[
    float | None, typer.Option(metavar="X", help="Value of the map's start.")
]
Vmax: TypeAlias = Annotated[float | None, typer.Option(metavar="X", help="Value of the map's end.")]
Norm: TypeAlias = Annotated[
    str | None, typer.Option(metavar="NAME", help="linear, log, symlog or twoslope.")
]
Origin: TypeAlias = Annotated[
    str | None, typer.Option(metavar="upper|lower", help="Where row 0 lies.")
]
Scale: TypeAlias = Annotated[float | None, typer.Option(metavar="X", help="Pixels a cell.")]
Vcenter: TypeAlias = Annotated[
    float | None, typer.Option(metavar="X", help="The middle of --norm twoslope.")
]
Linthresh: TypeAlias = Annotated[
    float | None, typer.Option(metavar="X", help="Where --norm symlog turns linear.")
]
ComplexAs: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="WHAT", help="Complex numbers: domain, magnitude, phase, real, imag."),
]
SideMin: TypeAlias = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Enlarge small arrays to N pixels (256).")
]
Badge: TypeAlias = Annotated[
    bool, typer.Option("--badge", help="Draw a small mark that says: this picture carries data.")
]
Effort: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="fast|small", help="small: a smaller file, in more time."),
]
Cover: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="PICTURE", help="Show this picture instead of the data.")
]
Enlarge: TypeAlias = Annotated[
    bool, typer.Option("--enlarge", help="Enlarge a cover that is too small for the data.")
]
Profile: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Bits a pixel: fine, opaque (usual), dense, denser, rgba, rgba-dense, raw, or "
        "four depths such as 3,2,3,0.",
    ),
]
Level: TypeAlias = Annotated[
    int | None, typer.Option(metavar="1-22", help="Zstandard's level; higher is smaller.")
]

PIXELS_MAX = _limits.PIXELS_MAX
