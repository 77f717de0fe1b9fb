"""Pillow, OpenCV, oxipng and matplotlib: what the tests already have at hand."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter
from ways import (
    ALPHA,
    BLURRED,
    COLOURS,
    CROPPED,
    GREY,
    JPEG,
    LOSSY,
    PALETTE,
    PREMULTIPLIED,
    RESIZED,
    Run,
    Tool,
    Way,
    installed,
)

_Pixels = np.ndarray[Any, np.dtype[Any]]


def pillow(
    change: Callable[[Image.Image], Image.Image] = lambda image: image, **options: Any
) -> Run:
    """Open, change, save."""

    def run(source: Path, folder: Path) -> Path:
        with Image.open(source) as image:
            change(image).save(folder / "out.png", **options)
        return folder / "out.png"

    return run


def _saved_as(end: str, **options: Any) -> Run:
    def run(source: Path, folder: Path) -> Path:
        with Image.open(source) as image:
            image.convert("RGB").save(folder / end, **options)
        return folder / end

    return run


def _via(form: str, mode: str = "", **options: Any) -> Callable[[Image.Image], Image.Image]:
    def change(image: Image.Image) -> Image.Image:
        between = io.BytesIO()
        (image.convert(mode) if mode else image).save(between, form, **options)
        return Image.open(between)

    return change


def _pasted(image: Image.Image) -> Image.Image:
    page = Image.new("RGBA", image.size, "white")
    page.alpha_composite(image.convert("RGBA"))
    return page.convert("RGB")


def _framed(image: Image.Image) -> Image.Image:
    page = Image.new("RGBA", (image.width + 31, image.height + 17), "navy")
    page.paste(image, (11, 5))
    return page


def _cut(left: int, top: int, right: int, bottom: int) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.crop((left, top, image.width - right, image.height - bottom))


def _scaled(factor: float, how: Image.Resampling) -> Callable[[Image.Image], Image.Image]:
    def change(image: Image.Image) -> Image.Image:
        return image.resize((round(image.width * factor), round(image.height * factor)), how)

    return change


def _turned(how: Image.Transpose) -> Callable[[Image.Image], Image.Image]:
    return lambda image: image.transpose(how)


PILLOW = (
    Way("as it is", pillow()),
    Way("optimize", pillow(optimize=True)),
    Way("compress_level 0", pillow(compress_level=0)),
    Way("to RGBA", pillow(lambda i: i.convert("RGBA"))),
    Way("to RGB", pillow(lambda i: i.convert("RGB")), "alpha", ALPHA),
    Way("pasted on white", pillow(_pasted), "alpha", ALPHA),
    Way("premultiplied and back", pillow(lambda i: i.convert("RGBA").convert("RGBa").convert("RGBA")), "alpha", PREMULTIPLIED),
    Way("via TIFF", pillow(_via("TIFF", compression="tiff_lzw"))),
    Way("via WebP, lossless", pillow(_via("WEBP", lossless=True, exact=True))),
    Way("via BMP", pillow(_via("BMP", "RGB")), "alpha", ALPHA),
    Way("via TGA", pillow(_via("TGA"))),
    Way("via JPEG 2000, lossless", pillow(_via("JPEG2000", irreversible=False))),
    Way("via JPEG, quality 95", pillow(_via("JPEG", "RGB", quality=95)), "values", JPEG),
    Way("via JPEG, quality 75", pillow(_via("JPEG", "RGB", quality=75)), "values", JPEG),
    Way("via JPEG, quality 40", pillow(_via("JPEG", "RGB", quality=40)), "values", JPEG),
    Way("via WebP, quality 80", pillow(_via("WEBP", quality=80)), "values", LOSSY),
    Way("saved as JPEG", _saved_as("out.jpg"), "values", JPEG),
    Way("saved as JPEG under the name .png", lambda s, f: shutil.move(_saved_as("out.jpg")(s, f), f / "out.png"), "values", JPEG),
    Way("quantize, 256", pillow(lambda i: i.convert("RGB").quantize(256)), "values", PALETTE),
    Way("convert P, web palette", pillow(lambda i: i.convert("RGB").convert("P")), "values", PALETTE),
    Way("convert L", pillow(lambda i: i.convert("L")), "values", GREY),
    Way("thumbnail", pillow(_scaled(0.5, Image.Resampling.LANCZOS)), "values", RESIZED),
    Way("enlarged by 1.5, bicubic", pillow(_scaled(1.5, Image.Resampling.BICUBIC)), "values", RESIZED),
    Way("enlarged twice, nearest", pillow(_scaled(2, Image.Resampling.NEAREST)), "place", RESIZED),
    Way("rotated by 90", pillow(_turned(Image.Transpose.ROTATE_270)), "place", ("rotated-90",)),
    Way("rotated by 180", pillow(_turned(Image.Transpose.ROTATE_180)), "place", ("rotated-180",)),
    Way("mirrored", pillow(_turned(Image.Transpose.FLIP_LEFT_RIGHT)), "place", ("flipped-horizontally",)),
    Way("transposed", pillow(_turned(Image.Transpose.TRANSPOSE)), "place", ("transposed",)),
    Way("pasted into a larger one", pillow(_framed), "place", ("padded",)),
    Way("cropped at the top", pillow(_cut(0, 9, 0, 0)), "values", CROPPED),
    Way("cropped at the bottom", pillow(_cut(0, 0, 0, 9)), "values", CROPPED),
    Way("cropped all around", pillow(_cut(8, 8, 8, 8)), "values", CROPPED),
    Way("brightness 1.1", pillow(lambda i: ImageEnhance.Brightness(i.convert("RGB")).enhance(1.1)), "values", COLOURS),
    Way("gamma 0.8", pillow(lambda i: i.convert("RGB").point(lambda v: round(255 * (v / 255) ** 0.8))), "values", COLOURS),
    Way("gaussian blur", pillow(lambda i: i.convert("RGB").filter(ImageFilter.GaussianBlur(1))), "values", BLURRED),
)  # fmt: skip


def opencv(
    change: Callable[[Any, _Pixels], _Pixels] = lambda _, pixels: pixels,
    flag: str = "IMREAD_UNCHANGED",
    options: tuple[tuple[str, int], ...] = (),
) -> Run:
    """Read, change by way of the module and the pixels, write."""

    def run(source: Path, folder: Path) -> Path:
        import cv2

        pixels = change(cv2, cv2.imread(str(source), getattr(cv2, flag)))
        words = [word for name, value in options for word in (getattr(cv2, name), value)]
        cv2.imwrite(str(folder / "out.png"), pixels, words)
        return folder / "out.png"

    return run


OPENCV = (
    Way("unchanged", opencv()),
    Way("colour", opencv(flag="IMREAD_COLOR"), "alpha", ALPHA),
    Way("to RGBA", opencv(lambda cv2, p: cv2.cvtColor(p[..., :3], cv2.COLOR_BGR2BGRA)), "alpha", ALPHA),
    Way("to 16 bits", opencv(lambda _, p: p.astype(np.uint16) * 257)),
    Way("compression 9, filtered", opencv(options=(("IMWRITE_PNG_COMPRESSION", 9), ("IMWRITE_PNG_STRATEGY", 1)))),
    Way("flip", opencv(lambda cv2, p: cv2.flip(p, 0)), "place", ("flipped-vertically",)),
    Way("rotate", opencv(lambda cv2, p: cv2.rotate(p, cv2.ROTATE_90_COUNTERCLOCKWISE)), "place", ("rotated-270",)),
    Way("border", opencv(lambda cv2, p: cv2.copyMakeBorder(p, 9, 9, 9, 9, cv2.BORDER_REPLICATE)), "place", ("padded",)),
    Way("resize, linear", opencv(lambda cv2, p: cv2.resize(p, None, fx=0.75, fy=0.75)), "values", RESIZED),
    Way("resize, area", opencv(lambda cv2, p: cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)), "values", RESIZED),
    Way("JPEG, quality 90", opencv(lambda cv2, p: cv2.imdecode(cv2.imencode(".jpg", p[..., :3], [1, 90])[1], 1)), "values", JPEG),
    Way("grey", opencv(flag="IMREAD_GRAYSCALE"), "values", GREY),
    Way("blur", opencv(lambda cv2, p: cv2.blur(p, (3, 3))), "values", BLURRED),
    Way("red and blue exchanged", opencv(lambda cv2, p: cv2.cvtColor(p[..., :3], cv2.COLOR_BGR2RGB)), "values", ("channels-swapped",)),
)  # fmt: skip


def _oxipng(**options: Any) -> Run:
    def run(source: Path, folder: Path) -> Path:
        import oxipng

        named = {"all": oxipng.StripChunks.all, "adam7": lambda: oxipng.Interlacing.Adam7}
        words = {k: named[v]() if v in named else v for k, v in options.items()}
        oxipng.optimize(source, folder / "out.png", force=True, **words)
        return folder / "out.png"

    return run


OXIPNG = (
    Way("level 1", _oxipng(level=1)),
    Way("level 4", _oxipng(level=4)),
    Way("chunks stripped", _oxipng(level=0, strip="all")),
    Way("interlaced", _oxipng(level=1, interlace="adam7")),
    Way("alpha optimised", _oxipng(level=1, optimize_alpha=True)),
    Way("16 bits scaled, zopfli-free", _oxipng(level=2, scale_16=True)),
)


def _matplotlib(source: Path, folder: Path) -> Path:
    from matplotlib import image

    image.imsave(folder / "out.png", image.imread(source))
    return folder / "out.png"


def _shown(source: Path, folder: Path) -> Path:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    pixels = plt.imread(source)
    figure = plt.figure(figsize=(6.4, 4.8))
    figure.add_subplot().imshow(pixels)
    figure.savefig(folder / "out.png")
    plt.close(figure)
    return folder / "out.png"


MATPLOTLIB = (
    Way("imread, imsave", _matplotlib),
    Way("imshow, savefig", _shown, "values", ("resized", "padded")),
)

TOOLS = (
    Tool("Pillow", installed("pillow"), PILLOW),
    Tool("OpenCV", installed("opencv-python-headless"), OPENCV),
    Tool("oxipng", installed("pyoxipng"), OXIPNG),
    Tool("matplotlib", installed("matplotlib"), MATPLOTLIB),
)
