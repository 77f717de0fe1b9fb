"""More Python libraries that read pictures and write them, Qt among them."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from ways import (
    ALPHA,
    COLOURS,
    GREY,
    JPEG,
    PREMULTIPLIED,
    RESIZED,
    NotTakenError,
    Run,
    Tool,
    Way,
    installed,
)


def _imageio(**options: Any) -> Run:
    def run(source: Path, folder: Path) -> Path:
        import imageio.v3 as iio

        iio.imwrite(folder / "out.png", iio.imread(source), **options)
        return folder / "out.png"

    return run


def _imageio_tiff(source: Path, folder: Path) -> Path:
    import imageio.v3 as iio

    iio.imwrite(folder / "t.tiff", iio.imread(source))
    iio.imwrite(folder / "out.png", iio.imread(folder / "t.tiff"))
    return folder / "out.png"


IMAGEIO = (
    Way("imread, imwrite", _imageio()),
    Way("optimize", _imageio(optimize=True)),
    Way("via TIFF", _imageio_tiff),
)


def _skimage(change: Callable[[Any], Any]) -> Run:
    def run(source: Path, folder: Path) -> Path:
        from skimage import io

        io.imsave(folder / "out.png", change(io.imread(source)), check_contrast=False)
        return folder / "out.png"

    return run


def _floats(pixels: Any) -> Any:
    from skimage import util

    return util.img_as_ubyte(util.img_as_float64(pixels))


def _lab(pixels: Any) -> Any:
    from skimage import color, util

    return util.img_as_ubyte(color.lab2rgb(color.rgb2lab(pixels[..., :3])))


def _rescaled(pixels: Any) -> Any:
    from skimage import transform, util

    small = transform.rescale(pixels, 0.6, channel_axis=2, anti_aliasing=True)
    return util.img_as_ubyte(small)


def _stretched(pixels: Any) -> Any:
    from skimage import exposure, util

    return util.img_as_ubyte(exposure.adjust_gamma(pixels[..., :3], 1.2))


SKIMAGE = (
    Way("imread, imsave", _skimage(lambda pixels: pixels)),
    Way("through floats", _skimage(_floats)),
    Way("through CIELAB", _skimage(_lab), "alpha", ALPHA),
    Way("rescale 0.6", _skimage(_rescaled), "values", RESIZED),
    Way("gamma 1.2", _skimage(_stretched), "values", COLOURS),
)


@cache
def _qt() -> Any:
    """The application that Qt wants, without a screen."""
    import os

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication

    return QGuiApplication([])


def _qimage(change: Callable[[Any, Any], Any]) -> Run:
    """Load a QImage, change it by way of QtGui, save."""

    def run(source: Path, folder: Path) -> Path:
        _qt()
        from PySide6 import QtGui

        if not change(QtGui, QtGui.QImage(str(source))).save(str(folder / "out.png")):
            raise NotTakenError("Qt saved nothing")
        return folder / "out.png"

    return run


def _painted(gui: Any, image: Any) -> Any:
    page = gui.QImage(image.size(), gui.QImage.Format.Format_RGB32)
    page.fill(0xFFFFFFFF)
    painter = gui.QPainter(page)
    painter.drawImage(0, 0, image)
    painter.end()
    return page


def _clipboard(_: Any, image: Any) -> Any:
    board = _qt().clipboard()
    board.setImage(image)
    return board.image()


def _scaled(_: Any, image: Any) -> Any:
    from PySide6.QtCore import Qt

    smooth = Qt.TransformationMode.SmoothTransformation
    return image.scaledToWidth(image.width() * 2 // 3, smooth)


def _as(name: str) -> Callable[[Any, Any], Any]:
    return lambda gui, image: image.convertToFormat(getattr(gui.QImage.Format, name))


QT = (
    Way("QImage", _qimage(lambda _, image: image)),
    Way("QPixmap", _qimage(lambda gui, image: gui.QPixmap.fromImage(image)), "alpha", PREMULTIPLIED),
    Way("RGB888", _qimage(_as("Format_RGB888")), "alpha", ALPHA),
    Way("RGBA64 (16 bits)", _qimage(_as("Format_RGBA64"))),
    Way("ARGB32, premultiplied", _qimage(_as("Format_ARGB32_Premultiplied")), "alpha", PREMULTIPLIED),
    Way("QPainter on white", _qimage(_painted), "alpha", ALPHA),
    Way("clipboard, copied and pasted", _qimage(_clipboard)),
    Way("mirrored", _qimage(lambda _, image: image.mirrored()), "place", ("flipped-vertically",)),
    Way("scaled, smooth", _qimage(_scaled), "values", RESIZED),
    Way("Grayscale8", _qimage(_as("Format_Grayscale8")), "values", GREY),
    Way("RGB16 (5-6-5)", _qimage(_as("Format_RGB16")), "values", (*COLOURS, "palette", "low-bits-empty", "resized")),
)  # fmt: skip


def _pypng(**options: Any) -> Run:
    def run(source: Path, folder: Path) -> Path:
        import png

        width, height, rows, info = png.Reader(str(source)).asDirect()
        writer = png.Writer(
            width, height, greyscale=False, alpha=info["alpha"], bitdepth=8, **options
        )
        with (folder / "out.png").open("wb") as out:
            writer.write(out, rows)
        return folder / "out.png"

    return run


PYPNG = (Way("as it is", _pypng()), Way("interlaced", _pypng(interlace=True)))


def _itk(source: Path, folder: Path) -> Path:
    import SimpleITK

    SimpleITK.WriteImage(SimpleITK.ReadImage(str(source)), str(folder / "out.png"))
    return folder / "out.png"


def _itk_mha(source: Path, folder: Path) -> Path:
    import SimpleITK

    SimpleITK.WriteImage(SimpleITK.ReadImage(str(source)), str(folder / "t.mha"), True)
    return _itk(folder / "t.mha", folder)


def _pdf(source: Path, folder: Path) -> Path:
    """A page with the picture on it, from which the picture is taken out again."""
    import pymupdf

    book = pymupdf.open()
    page = book.new_page()
    page.insert_image(page.rect, filename=source)
    book.save(folder / "t.pdf", deflate=True)
    again = pymupdf.open(folder / "t.pdf")
    number = again[0].get_images()[0][0]
    pymupdf.Pixmap(again, number).save(folder / "out.png")
    return folder / "out.png"


def _pdf_seen(source: Path, folder: Path) -> Path:
    """The same page, drawn at 72 dpi."""
    import pymupdf

    book = pymupdf.open()
    picture = pymupdf.Pixmap(str(source))
    page = book.new_page(width=picture.width, height=picture.height)
    page.insert_image(page.rect, filename=source)
    page.get_pixmap().save(folder / "out.png")
    return folder / "out.png"


def _imagecodecs(form: str, **options: Any) -> Run:
    """Through another format by imagecodecs, without loss."""

    def run(source: Path, folder: Path) -> Path:
        import imagecodecs

        pixels = imagecodecs.png_decode(source.read_bytes())
        packed = getattr(imagecodecs, f"{form}_encode")(pixels, **options)
        back = getattr(imagecodecs, f"{form}_decode")(packed)
        (folder / "out.png").write_bytes(imagecodecs.png_encode(np.ascontiguousarray(back)))
        return folder / "out.png"

    return run


IMAGECODECS = (
    Way("via JPEG XL, lossless", _imagecodecs("jpegxl", lossless=True)),
    Way("via WebP, lossless", _imagecodecs("webp", lossless=True)),
    Way("via QOI", _imagecodecs("qoi")),
    Way("via JPEG 2000, lossless", _imagecodecs("jpeg2k", level=0, reversible=True)),
    Way("via spng", _imagecodecs("spng")),
    Way("via APNG", _imagecodecs("apng")),
    Way("via JPEG XL, distance 1", _imagecodecs("jpegxl", distance=1.0), "values", (*JPEG, "webp")),
)

TOOLS = (
    Tool("imageio", installed("imageio"), IMAGEIO),
    Tool("scikit-image", installed("scikit-image"), SKIMAGE),
    Tool("imagecodecs", installed("imagecodecs"), IMAGECODECS),
    Tool("Qt (PySide6)", installed("PySide6-Essentials"), QT),
    Tool("pypng", installed("pypng"), PYPNG),
    Tool("SimpleITK", installed("SimpleITK"), (Way("as it is", _itk), Way("via MHA", _itk_mha))),
    Tool(
        "PyMuPDF",
        installed("PyMuPDF"),
        (
            Way("into a PDF and out", _pdf, "alpha", ALPHA),
            Way("the page drawn at 72 dpi", _pdf_seen, "alpha", ALPHA),
        ),
    ),
)
