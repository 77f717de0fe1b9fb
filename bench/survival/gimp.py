"""GIMP: one process without windows, to which pictures are given one after another."""

import atexit
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

from ways import (
    ALPHA,
    BLURRED,
    COLOURS,
    CROPPED,
    GREY,
    JPEG,
    PALETTE,
    RESIZED,
    TIMEOUT_SECONDS,
    NotTakenError,
    Run,
    Tool,
    Way,
    spoken,
)

_LOAD = '(gimp-file-load RUN-NONINTERACTIVE "{0}" "{0}")'
_SAVE = '(file-png-save RUN-NONINTERACTIVE image layer "{0}" "{0}" {1})'
_PLAIN = "0 6 0 0 0 0 0"


@cache
def _process() -> subprocess.Popen[str]:
    """GIMP as a reader of Script-Fu, with settings of its own."""
    home = tempfile.TemporaryDirectory(prefix="gimp")
    words = [
        "env",
        f"HOME={home.name}",
        f"XDG_CONFIG_HOME={home.name}",
        "gimp",
        "-i",
        "-s",
        "-f",
        "-b",
        "-",
    ]
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )

    def end() -> None:
        process.kill()
        process.wait()
        home.cleanup()

    atexit.register(end)
    return process


def gimp(steps: str = "", *, options: str = _PLAIN, end: str = "") -> Run:
    """Load, take some steps with `image` and `layer`, save.

    end: what saves it, if that is not the PNG plug-in; {o} is the file, {t} a path to build on.
    """

    def run(source: Path, folder: Path) -> Path:
        out, mark = folder / "out.png", folder / "mark"
        save = end.replace("{o}", str(out)) if end else _SAVE.format(out, options)
        script = (
            f"(let* ((image (car {_LOAD.format(source)}))"
            f" (layer (car (gimp-image-get-active-layer image))))"
            f"{steps} (set! layer (car (gimp-image-get-active-layer image))) {save}"
            f" (gimp-image-delete image))\n"
        ).replace("{t}", f"{folder}/t")
        pipe = _process().stdin
        assert pipe is not None
        pipe.write(script + f'(close-output-port (open-output-file "{mark}"))\n')
        pipe.flush()
        until = time.monotonic() + TIMEOUT_SECONDS
        while not mark.exists():
            if time.monotonic() > until or _process().poll() is not None:
                raise NotTakenError("GIMP does not answer")
            time.sleep(0.01)
        if not out.exists():
            raise NotTakenError("GIMP saved nothing")
        return out

    return run


def _through(name: str, save: str) -> str:
    """Steps that save the picture in another format, and load that."""
    file = f"{{t}}.{name}"
    return (
        f"({save.format(file)}) (gimp-image-delete image) (set! image (car {_LOAD.format(file)}))"
    )


_FORMAT_STEPS = {
    "xcf": 'gimp-xcf-save 0 image layer "{0}" "{0}"',
    "tif": 'file-tiff-save RUN-NONINTERACTIVE image layer "{0}" "{0}" 1',
    "psd": 'file-psd-save RUN-NONINTERACTIVE image layer "{0}" "{0}" 0 0',
    "bmp": 'file-bmp-save RUN-NONINTERACTIVE image layer "{0}" "{0}"',
    "jpg": 'file-jpeg-save RUN-NONINTERACTIVE image layer "{0}" "{0}" 0.9 0 0 0 "" 0 1 0 0',
}
_U8 = "(gimp-image-convert-precision image PRECISION-U8-GAMMA)"

WAYS = (
    Way("export", gimp()),
    Way("export, interlaced, with all chunks", gimp(options="1 9 1 1 1 1 1")),
    Way("flatten", gimp("(gimp-image-flatten image)"), "alpha", ALPHA),
    Way("alpha channel added", gimp("(gimp-layer-add-alpha layer)")),
    Way("16 bits", gimp("(gimp-image-convert-precision image PRECISION-U16-GAMMA)")),
    Way("linear float and back", gimp(f"(gimp-image-convert-precision image PRECISION-FLOAT-LINEAR) {_U8}")),
    Way("via XCF", gimp(_through("xcf", _FORMAT_STEPS["xcf"]))),
    Way("via TIFF", gimp(_through("tif", _FORMAT_STEPS["tif"]))),
    Way("via PSD", gimp(_through("psd", _FORMAT_STEPS["psd"]))),
    Way("via BMP", gimp(_through("bmp", _FORMAT_STEPS["bmp"]))),
    Way("via JPEG, quality 90", gimp(_through("jpg", _FORMAT_STEPS["jpg"])), "values", JPEG),
    Way("rotate by 90", gimp("(gimp-image-rotate image ROTATE-90)"), "place", ("rotated-90",)),
    Way("flip horizontally", gimp("(gimp-image-flip image ORIENTATION-HORIZONTAL)"), "place", ("flipped-horizontally",)),
    Way("scale to 100x80", gimp("(gimp-image-scale image 100 80)"), "values", RESIZED),
    # so small a piece may hold nothing but the map's colours, where the data had ended
    Way("crop", gimp("(gimp-image-crop image 60 60 20 20)"), "values", (*CROPPED, "colour-mapped")),
    Way("canvas enlarged", gimp("(gimp-image-resize image 700 900 10 20) (gimp-image-flatten image)"), "place", ("padded",)),
    Way("indexed, 255 colours", gimp('(gimp-image-convert-indexed image 1 0 255 0 0 "")'), "values", PALETTE),
    Way("grayscale", gimp("(gimp-image-convert-grayscale image)"), "values", GREY),
    Way("levels, gamma 1.2", gimp("(gimp-drawable-levels layer HISTOGRAM-VALUE 0 1 FALSE 1.2 0 1 FALSE)"), "values", COLOURS),
    Way("gaussian blur", gimp("(plug-in-gauss RUN-NONINTERACTIVE image layer 3 3 0)"), "values", BLURRED),
)  # fmt: skip

TOOLS = (Tool("GIMP", spoken("gimp --version"), WAYS),)
