"""Damage: carriers of many kinds, and what people and tools do to them.

A corpus by seed, for the tests of diagnosis and for bench/diagnosis.py. Each
damage says which causes are right answers. The diagnosis was tuned on SOURCES,
BYSTANDERS and DAMAGES; what is called FRESH was written afterwards, is held
out, and is for measuring only: do not tune on it, write another.
"""

import io
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

import intaglio as ig
from intaglio._forensics.report import FAMILIES, NOT_A_CARRIER
from intaglio._format.registry import PROFILES

SEED = 20261122
READ = "read"
LIKELIEST = (
    *(("resized", "resized"), ("blurred", "blurred"), ("cropped", "cropped")),
    *(("recoloured", cause) for cause in ("recoloured", "colour-managed")),
    *(("compressed with loss", cause) for cause in ("lossy", "jpeg", "webp")),
)
Pixels = np.ndarray
Resampling = Image.Resampling


# Sources: pictures that carry data.


def _noise_1f(rng: np.random.Generator, height: int, width: int, power: float) -> np.ndarray:
    """A random field whose amplitude falls with frequency, scaled to 0..1."""
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    amplitude = 1 / np.maximum(np.hypot(fy, fx), 1 / max(height, width)) ** power
    phase = rng.normal(size=amplitude.shape) + 1j * rng.normal(size=amplitude.shape)
    field = np.fft.irfft2(amplitude * phase, (height, width))
    return (field - field.min()) / np.ptp(field)


def synthetic_photo(seed: int, height: int, width: int, grain: float = 1.5) -> Pixels:
    """Something like a photograph: soft colour fields, texture, edges, grain as a camera has it."""
    rng = np.random.default_rng(seed)
    luma = _noise_1f(rng, height, width, 1.3)[..., None] * 180 + 20
    tint = np.stack([_noise_1f(rng, height, width, 2.0) for _ in range(3)], -1) * 80 - 40
    y, x = np.mgrid[:height, :width]
    for _ in range(6):
        cy, cx, r = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(0.05, 0.25) * width
        inside = np.hypot(y - cy, x - cx) < r
        luma[inside] = luma[inside] * 0.6 + rng.uniform(0, 80)
    raw = rng.normal(0, grain, (height, width, 3))
    mixed = cv2.GaussianBlur(raw, (0, 0), 0.6) + raw.mean(-1, keepdims=True)
    return np.clip(luma + tint + mixed, 0, 255).round().astype(np.uint8)


def screenshot(seed: int, height: int, width: int) -> Pixels:
    """A window with a bar, text and buttons: flat areas and hard edges."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (width, height), (246, 247, 249))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 28), fill=(40, 44, 52))
    for line in range(45, height - 20, 17):
        text = "".join(rng.choice(list("abc defg hij klm nop"), rng.integers(10, 60)))
        colour = tuple(int(v) for v in rng.integers(0, 120, 3))
        draw.text((12, line), text, fill=colour)
    for _ in range(5):
        x, y = int(rng.integers(0, width - 60)), int(rng.integers(30, height - 30))
        fill = tuple(int(v) for v in rng.integers(100, 255, 3))
        draw.rounded_rectangle((x, y, x + 55, y + 20), 5, fill=fill)
    return np.array(image)


def plot(seed: int, kind: str) -> Pixels:
    """What matplotlib draws, without any data in it."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    rng = np.random.default_rng(seed)
    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    if kind == "lines":
        for _ in range(3):
            ax.plot(rng.normal(size=300).cumsum())
        ax.legend(["a", "b", "c"])
    elif kind == "scatter":
        ax.scatter(*rng.normal(size=(2, 800)), c=rng.random(800), alpha=0.5)
    else:
        fig.colorbar(ax.imshow(_noise_1f(rng, 80, 80, 1.0), cmap="viridis"))
    ax.set_title(kind)
    fig.canvas.draw()
    pixels = np.array(fig.canvas.buffer_rgba())
    plt.close(fig)
    return np.ascontiguousarray(pixels[..., :3])


def photo_file(scale: float = 1.0) -> Pixels:
    """The photograph that matplotlib brings along, which is a JPEG."""
    from matplotlib import cbook

    with cbook.get_sample_data("grace_hopper.jpg") as file:
        image = Image.open(file).convert("RGB")
    size = (round(image.width * scale), round(image.height * scale))
    return np.array(image.resize(size, Resampling.LANCZOS))


def _carrier(data: object, **options: object) -> Pixels:
    return read_png(ig.dumps(data, **options))


def _covered(cover: Pixels, profile: str, fill: float, seed: int) -> Pixels:
    """`cover` with its carrier filled to about that part with incompressible data."""
    capacity = cover.shape[0] * cover.shape[1] * sum(PROFILES[profile]) // 8
    data = np.random.default_rng(seed).integers(0, 256, int(capacity * fill) - 400, np.uint8)
    return ig.embed(cover, data, profile=profile)


def _terrain(seed: int, height: int, width: int) -> np.ndarray:
    field = _noise_1f(np.random.default_rng(seed), height, width, 1.8)
    return (field * 2400 - 300).astype(np.float32)


def _smooth(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return (np.sin(x / 37) * np.cos(y / 23) + x * y / 90000).astype(np.float32)


def _random(seed: int, height: int, width: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (height, width))


SOURCES: dict[str, Callable[[], Pixels]] = {
    "seed-case": lambda: _carrier(_random(0, 96, 96), cmap="rainbow"),
    "seed-like": lambda: _carrier(_random(1, 64, 120), cmap="viridis"),
    "elevation": lambda: _carrier(_terrain(2, 300, 400), cmap="terrain"),
    "elevation-fine": lambda: _carrier(_terrain(3, 240, 320), cmap="magma", profile="fine"),
    "smooth": lambda: _carrier(_smooth(360, 480)),
    "smooth-dense": lambda: _carrier(_smooth(500, 400), cmap="turbo", profile="dense"),
    "two-arrays": lambda: _carrier({"x": _terrain(4, 200, 200), "y": _random(5, 40, 60)}),
    "lines": lambda: _carrier(np.random.default_rng(6).normal(size=9000).cumsum()),
    "photo-cover": lambda: _covered(synthetic_photo(7, 400, 600), "opaque", 0.9, 7),
    "photo-cover-half": lambda: _covered(synthetic_photo(8, 480, 480), "opaque", 0.45, 8),
    "photo-cover-fine": lambda: _covered(synthetic_photo(9, 500, 700), "fine", 0.97, 9),
    "hopper-cover": lambda: _covered(photo_file(), "opaque", 0.95, 10),
    "hopper-rgba": lambda: _covered(photo_file(0.8), "rgba", 0.9, 11),
    "rgba": lambda: _carrier(_random(12, 90, 70), profile="rgba"),
    "rgba-dense": lambda: _carrier(_terrain(13, 200, 300), profile="rgba-dense"),
    "small": lambda: _covered(synthetic_photo(14, 90, 110), "opaque", 0.95, 14),
    "narrow": lambda: _covered(synthetic_photo(15, 700, 60), "opaque", 0.9, 15),
    "large": lambda: _carrier(_terrain(16, 1100, 1000), cmap="inferno"),
}

BYSTANDERS: dict[str, Callable[[], Pixels]] = {
    "plot-lines": lambda: plot(0, "lines"),
    "plot-scatter": lambda: plot(1, "scatter"),
    "plot-imshow": lambda: plot(2, "imshow"),
    "screenshot-1": lambda: screenshot(3, 400, 640),
    "screenshot-2": lambda: screenshot(4, 720, 500),
    "synthetic-1": lambda: synthetic_photo(5, 400, 500),
    "synthetic-2": lambda: synthetic_photo(6, 300, 400, grain=4),
    "synthetic-clean": lambda: synthetic_photo(7, 512, 512, grain=0),
    "photo-small": lambda: photo_file(0.4),
    "noise-uniform": lambda: np.random.default_rng(8).integers(0, 256, (300, 300, 3), np.uint8),
    "noise-normal": lambda: (
        np.random.default_rng(9).normal(128, 3, (256, 300, 3)).round().astype(np.uint8)
    ),
    "noise-strong": lambda: (
        np.random.default_rng(10).normal(128, 20, (256, 300, 3)).round().astype(np.uint8)
    ),
    "black": lambda: np.zeros((200, 300, 3), np.uint8),
    "white": lambda: np.full((64, 64, 4), 255, np.uint8),
    "gradient": lambda: np.stack(
        [np.add.outer(np.arange(256) // 2, np.arange(300) // 3)] * 3, -1
    ).astype(np.uint8),
    "heat-map": lambda: _heat_map(11, smooth=True),
    "heat-map-cells": lambda: _heat_map(12, smooth=False),
    "label-map": lambda: np.kron(
        np.random.default_rng(13).integers(0, 256, (30, 40, 3), np.uint8),
        np.ones((8, 8, 1), np.uint8),
    ),
    "tiny": lambda: np.full((3, 4, 3), 7, np.uint8),
    "text-on-grey": lambda: screenshot(14, 300, 400).min(-1, keepdims=True).repeat(3, -1),
}


FRESH_SOURCES: dict[str, Callable[[], Pixels]] = {
    "fresh-random": lambda: _carrier(_random(101, 80, 80), cmap="coolwarm"),
    "fresh-terrain": lambda: _carrier(_terrain(102, 350, 280), cmap="cividis"),
    "fresh-waves": lambda: _carrier(_smooth(300, 700), cmap="twilight"),
    "fresh-double": lambda: _carrier(_terrain(103, 180, 260).astype(np.float64), cmap="jet"),
    "fresh-grey-map": lambda: _carrier(_terrain(104, 260, 260), cmap="gray", profile="fine"),
    "fresh-photo": lambda: _covered(synthetic_photo(105, 450, 520, 1.0), "opaque", 0.8, 105),
    "fresh-photo-dense": lambda: _covered(synthetic_photo(106, 380, 540, 2.0), "dense", 0.7, 106),
    "fresh-rgba": lambda: _carrier(_smooth(260, 330), cmap="plasma", profile="rgba"),
    "fresh-volume": lambda: _carrier(_random(107, 8, 900).reshape(8, 30, 30), cmap="magma"),
    "fresh-ints": lambda: _carrier((_terrain(108, 300, 300) * 9).astype(np.int32), cmap="Blues"),
}

FRESH_BYSTANDERS: dict[str, Callable[[], Pixels]] = {
    "fresh-plot": lambda: plot(110, "lines"),
    "fresh-plot-scatter": lambda: plot(111, "scatter"),
    "fresh-plot-imshow": lambda: plot(112, "imshow"),
    "fresh-screenshot": lambda: screenshot(113, 500, 700),
    "fresh-synthetic": lambda: synthetic_photo(114, 380, 460, 1.2),
    "fresh-synthetic-2": lambda: synthetic_photo(115, 600, 400, 0.7),
    "fresh-photo-half": lambda: photo_file(0.55),
    "fresh-noise": lambda: (
        np.random.default_rng(116).normal(110, 6, (200, 260, 3)).round().astype(np.uint8)
    ),
    "fresh-heat-map": lambda: _heat_map(117, smooth=True),
    "fresh-heat-cells": lambda: _heat_map(118, smooth=False),
}


def _heat_map(seed: int, *, smooth: bool) -> Pixels:
    import matplotlib as mpl

    field = _noise_1f(np.random.default_rng(seed), 100, 120, 1.5 if smooth else 0.2)
    return mpl.colormaps["plasma"](np.kron(field, np.ones((3, 3))), bytes=True)[..., :3].copy()


# Damages: what happens to them.


@dataclass(frozen=True)
class Damage:
    """One thing that is done to pixels, and the causes that rightly name it."""

    kind: str
    variant: str
    right: frozenset[str]
    apply: Callable[[Pixels, np.random.Generator], Pixels | bytes]
    fits: Callable[[Pixels], bool] = lambda _: True

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.variant}"


def _image(pixels: Pixels) -> Image.Image:
    return Image.fromarray(pixels)


def read_png(data: bytes) -> Pixels:
    image = Image.open(io.BytesIO(data))
    return np.array(image if image.mode in ("RGB", "RGBA") else image.convert("RGB"))


def write_png(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    _image(pixels).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _resize_pil(factor: float, kernel: Resampling) -> Callable[..., Pixels]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
        return np.array(_image(pixels).resize(size, kernel))

    return apply


def _resize_cv2(factor: float, kernel: int) -> Callable[..., Pixels]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
        return np.asarray(cv2.resize(pixels, size, interpolation=kernel))

    return apply


def _through(form: str, **options: object) -> Callable[..., Pixels]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        out = io.BytesIO()
        _image(np.ascontiguousarray(pixels[..., :3])).save(out, form, **options)
        return np.array(Image.open(out).convert("RGB"))

    return apply


def _palette(colours: int, method: int, dither: int) -> Callable[..., Pixels]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        image = _image(np.ascontiguousarray(pixels[..., :3]))
        if dither:
            palette = image.quantize(colours, method=method)
            reduced = image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
        else:
            reduced = image.quantize(colours, method=method, dither=Image.Dither.NONE)
        return np.array(reduced.convert("RGB"))

    return apply


def _crop(top: float, right: float, bottom: float, left: float) -> Callable[..., Pixels]:
    """Cut parts of the sides away, by about those fractions."""

    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        height, width = pixels.shape[:2]
        cut = [
            int(np.ceil(part * side * rng.uniform(0.7, 1.3))) if part else 0
            for part, side in zip((top, right, bottom, left), (height, width) * 2, strict=True)
        ]
        return pixels[cut[0] : height - cut[2], cut[3] : width - cut[1]].copy()

    return apply


def _pad(top: int, right: int, bottom: int, left: int, colour: object) -> Callable[..., Pixels]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        height, width, channels = pixels.shape
        shape = (height + top + bottom, width + left + right, channels)
        if colour == "screen":
            result = np.full(shape, 255, np.uint8)
            result[..., :3] = screenshot(int(rng.integers(99)), *shape[:2])
        else:
            result = np.full(shape, colour, np.uint8)
        result[top : top + height, left : left + width] = pixels
        return result

    return apply


def _filter(kind: object) -> Callable[..., Pixels]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        filtered = np.array(_image(pixels[..., :3].copy()).filter(kind))
        return np.concatenate([filtered, pixels[..., 3:]], -1)

    return apply


def _enhance(kind: type, factor: float) -> Callable[..., Pixels]:
    return lambda pixels, rng: np.array(kind(_image(pixels[..., :3].copy())).enhance(factor))


def _gamma(gamma: float) -> Callable[..., Pixels]:
    table = (255 * (np.arange(256) / 255) ** gamma).round().astype(np.uint8)
    return lambda pixels, rng: table[pixels[..., :3]]


_TO_P3 = np.array([[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]])
_TO_ADOBE = np.array([[0.7152, 0.2848, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0412, 0.9588]])


def _convert(matrix: np.ndarray, gamma_out: float | None) -> Callable[..., Pixels]:
    """Colour management: decode sRGB, multiply, encode (as sRGB, or by a power)."""

    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        v = pixels[..., :3] / 255
        linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
        mixed = np.clip(linear @ matrix.T, 0, 1)
        if gamma_out:
            out = mixed ** (1 / gamma_out)
        else:
            out = np.where(mixed <= 0.0031308, mixed * 12.92, 1.055 * mixed ** (1 / 2.4) - 0.055)
        return (out * 255).round().astype(np.uint8)

    return apply


def _canvas(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Through a browser's canvas: stored premultiplied, read back unpremultiplied."""
    alpha = pixels[..., 3:].astype(np.int64)
    kept = (pixels[..., :3] * alpha + 127) // 255
    back = np.minimum(255, (kept * 255 + alpha // 2) // alpha)
    return np.concatenate([back, alpha], -1).astype(np.uint8)


def _premultiply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    alpha = pixels[..., 3:].astype(np.int64)
    kept = (pixels[..., :3] * alpha + 127) // 255
    return np.concatenate([kept, alpha], -1).astype(np.uint8)


def _composite(background: int | None) -> Callable[..., Pixels]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        if background is None:
            return pixels[..., :3].copy()
        alpha = pixels[..., 3:] / 255
        return (pixels[..., :3] * alpha + background * (1 - alpha)).round().astype(np.uint8)

    return apply


def _draw(kind: str) -> Callable[..., Pixels]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        image = _image(pixels)
        height, width = pixels.shape[:2]
        draw = ImageDraw.Draw(image)
        red = (255, 0, 0, 255)[: pixels.shape[2]]
        y, x = int(height * rng.uniform(0.25, 0.6)), int(width * rng.uniform(0.25, 0.6))
        size = max(8, min(height, width) // 5)
        if kind == "circle":
            draw.ellipse((x - size, y - size, x + size, y + size), outline=red, width=3)
        elif kind == "line":
            draw.line((x - size, y - size // 3, x + size, y + size), fill=red, width=2)
        elif kind == "box":
            draw.rectangle((x - size, y - size, x + size, y + size), outline=red, width=4)
        elif kind == "text":
            draw.text((x - size, y), "look here", fill=red)
        elif kind == "filled":
            draw.ellipse((x - size, y - size, x, y), fill=(0, 160, 60, 255)[: pixels.shape[2]])
        elif kind == "arrow":
            draw.line((x - size, y, x + size, y + 5), fill=red, width=2)
            draw.line((x + size, y + 5, x + size - 7, y - 4), fill=red, width=2)
        elif kind == "corner":
            draw.rectangle((0, 0, size, size // 2), fill=red)
        return np.array(image)

    return apply


def _reorder(*channels: int) -> Callable[..., Pixels]:
    return lambda pixels, rng: pixels[..., channels].copy()


def _of_colours(
    change: Callable[[Pixels, np.random.Generator], np.ndarray],
) -> Callable[..., Pixels]:
    """A change of R, G and B; values are rounded, alpha stays."""

    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        changed = np.clip(np.rint(change(pixels[..., :3], rng)), 0, 255).astype(np.uint8)
        return np.concatenate([changed, pixels[..., 3:]], -1)

    return apply


def _gamma_and_back(gamma: float) -> Callable[..., Pixels]:
    there, back = _gamma(gamma), _gamma(1 / gamma)
    return _of_colours(lambda p, rng: back(there(p, rng), rng))


def _video_range_and_back(pixels: Pixels, rng: np.random.Generator) -> np.ndarray:
    return (np.rint(16 + pixels * (219 / 255)) - 16) * (255 / 219)


def _ycbcr_and_back(pixels: Pixels, rng: np.random.Generator) -> np.ndarray:
    image = _image(np.ascontiguousarray(pixels))
    return np.array(image.convert("YCbCr").convert("RGB"))


def _levels(bits: int) -> Callable[..., Pixels]:
    most = 2**bits - 1
    return _of_colours(lambda p, rng: np.rint(p * (most / 255)) * (255 / most))


def _low_bits(*depths: int, random: bool = False) -> Callable[..., Pixels]:
    """The lowest bits of R, G and B cleared, or written over with noise."""
    low = np.array([(1 << depth) - 1 for depth in depths], np.uint8)

    def change(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        fresh = rng.integers(0, 256, pixels.shape, np.uint8)
        return (pixels & ~low) | (fresh & low if random else np.uint8(0))

    return _of_colours(change)


def _shift(down: float, across: float) -> Callable[..., Pixels]:
    """Rolled around the edges, by parts of the sides."""
    return lambda p, rng: np.roll(p, (round(down * p.shape[0]), round(across * p.shape[1])), (0, 1))


def _fields(kind: str) -> Callable[..., Pixels]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        rows = np.arange(len(pixels))
        apart = np.r_[rows[::2], rows[1::2]]
        return pixels[apart if kind == "apart" else np.argsort(apart)]

    return apply


def _on_screen(factor: float, top: int, left: int) -> Callable[..., Pixels]:
    """Enlarged by repeating pixels, in a screenshot."""

    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        enlarged = _resize_pil(factor, Resampling.NEAREST)(pixels, rng)
        return _pad(top, 90, 70, left, "screen")(enlarged, rng)

    return apply


def _flip_bits(count: int, first: int = 0) -> Callable[..., Pixels]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        result = pixels.copy()
        flat = result[..., :3].reshape(-1, 3)
        at = rng.integers(first, len(flat) * 2 // 5, count)
        flat[at, rng.integers(0, 3, count)] ^= 1
        result[..., :3] = flat.reshape(result[..., :3].shape)
        return result

    return apply


def _truncate(part: float) -> Callable[..., bytes]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> bytes:
        data = write_png(pixels)
        return data[: int(len(data) * part * rng.uniform(0.9, 1.1))]

    return apply


def _rot_file(pixels: Pixels, rng: np.random.Generator) -> bytes:
    data = bytearray(write_png(pixels))
    for at in rng.integers(60, len(data) - 20, 3):
        data[at] ^= 1 << int(rng.integers(8))
    return bytes(data)


def _saved_as(form: str, **options: object) -> Callable[..., bytes]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> bytes:
        out = io.BytesIO()
        _image(np.ascontiguousarray(pixels[..., :3])).save(out, form, **options)
        return out.getvalue()

    return apply


def _grey(weights: tuple[float, float, float]) -> Callable[..., Pixels]:
    def apply(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        grey = (pixels[..., :3] @ np.array(weights)).round().astype(np.uint8)
        return np.repeat(grey[..., None], 3, -1)

    return apply


def _is_opaque(pixels: Pixels) -> bool:
    return pixels.shape[2] == 3


def _has_alpha(pixels: Pixels) -> bool:
    return pixels.shape[2] == 4


def _damages() -> Iterator[Damage]:
    def of(kind: str, right: str | set[str], *variants: tuple, **more: object) -> Iterator[Damage]:
        names = frozenset({right} if isinstance(right, str) else right)
        for variant, apply in variants:
            yield Damage(kind, variant, names, apply, **more)

    kernels = ("NEAREST", "BILINEAR", "BICUBIC", "LANCZOS")
    for factor in (0.5, 0.75, 1.25, 2):
        yield from of(
            "resized",
            "resized",
            *((f"{factor}-{k.lower()}", _resize_pil(factor, Resampling[k])) for k in kernels),
            (f"{factor}-cv2", _resize_cv2(factor, cv2.INTER_LINEAR)),
        )
    yield from of(
        "resized",
        "resized",
        ("0.5-area", _resize_cv2(0.5, cv2.INTER_AREA)),
        ("0.9-bicubic", _resize_pil(0.9, Resampling.BICUBIC)),
        ("0.667-cv2-nearest", _resize_cv2(2 / 3, cv2.INTER_NEAREST)),
        ("1.5-cv2-cubic", _resize_cv2(1.5, cv2.INTER_CUBIC)),
        ("3-nearest", _resize_pil(3, Resampling.NEAREST)),
        ("0.4-lanczos", _resize_pil(0.4, Resampling.LANCZOS)),
        ("1.37-bilinear", _resize_pil(1.37, Resampling.BILINEAR)),
    )
    sides = {"top": 0, "right": 1, "bottom": 2, "left": 3}
    for side, index in sides.items():
        parts = [
            (str(size), _crop(*(size if i == index else 0 for i in range(4))))
            for size in (0.03, 0.3)
        ]
        yield from of(f"cropped-{side}", f"cropped-{side}", *parts)
    yield from of(
        "cropped",
        "cropped",
        ("top-left", _crop(0.1, 0, 0, 0.2)),
        ("bottom-right", _crop(0, 0.1, 0.1, 0)),
        ("top-right", _crop(0.1, 0.1, 0, 0)),
        ("around", _crop(0.1, 0.15, 0.1, 0.15)),
    )
    yield from of(
        "flipped-horizontally", "flipped-horizontally", ("", lambda p, r: p[:, ::-1].copy())
    )
    yield from of("flipped-vertically", "flipped-vertically", ("", lambda p, r: p[::-1].copy()))
    yield from of("transposed", "transposed", ("", lambda p, r: p.transpose(1, 0, 2).copy()))
    for turns in (1, 2, 3):
        cause = f"rotated-{(360 - 90 * turns) % 360}"
        yield from of("rotated", cause, (cause, lambda p, r, n=turns: np.rot90(p, n).copy()))
    for q in (60, 75, 90, 95, 100):
        yield from of("jpeg", "jpeg", (f"q{q}", _through("JPEG", quality=q)))
    yield from of(
        "jpeg",
        "jpeg",
        ("q92-444", _through("JPEG", quality=92, subsampling=0)),
        ("q85-422", _through("JPEG", quality=85, subsampling=1)),
    )
    lossy = {"webp", "lossy"}
    yield from of("webp", lossy, *((f"q{q}", _through("WEBP", quality=q)) for q in (60, 80, 95)))
    yield from of("avif", lossy, ("q75", _through("AVIF", quality=75)))
    methods = {"median": 0, "octree": 2, "coverage": 1}
    yield from of(
        "palette",
        "palette",
        *((f"{m}", _palette(256, n, 0)) for m, n in methods.items()),
        ("median-dither", _palette(256, 0, 1)),
        ("octree-dither", _palette(256, 2, 1)),
        ("median-64", _palette(64, 0, 0)),
    )
    yield from of(
        "blurred",
        "blurred",
        *((f"gauss-{r}", _filter(ImageFilter.GaussianBlur(r))) for r in (0.7, 1, 2)),
        ("box-1", _filter(ImageFilter.BoxBlur(1))),
        ("smooth", _filter(ImageFilter.SMOOTH)),
        ("median", _filter(ImageFilter.MedianFilter(3))),
    )
    yield from of("sharpened", {"blurred", "sharpened"}, ("", _filter(ImageFilter.SHARPEN)))
    recoloured = {"recoloured", "colour-managed"}
    yield from of(
        "brightness",
        recoloured,
        *((f"brightness-{f}", _enhance(ImageEnhance.Brightness, f)) for f in (0.8, 1.1, 1.3)),
        *((f"contrast-{f}", _enhance(ImageEnhance.Contrast, f)) for f in (0.85, 1.2)),
        ("offset", lambda p, r: np.clip(p[..., :3].astype(int) + 9, 0, 255).astype(np.uint8)),
    )
    yield from of("inverted", "inverted", ("", lambda p, r: 255 - p[..., :3]))
    yield from of("gamma", recoloured, *((f"{g}", _gamma(g)) for g in (0.8, 1 / 2.2, 1.2, 2.2)))
    yield from of("saturation", recoloured, ("1.2", _enhance(ImageEnhance.Color, 1.2)))
    yield from of(
        "colour-managed",
        recoloured,
        ("to-p3", _convert(_TO_P3, None)),
        ("from-p3", _convert(np.linalg.inv(_TO_P3), None)),
        ("to-adobe", _convert(_TO_ADOBE, 2.2)),
        ("from-adobe", _convert(np.linalg.inv(_TO_ADOBE), None)),
    )
    orders = {"bgr": (2, 1, 0), "gbr": (1, 2, 0)}
    swapped = ((name, _reorder(*order)) for name, order in orders.items())
    yield from of("channels-swapped", "channels-swapped", *swapped)
    argb = ("argb", _reorder(3, 0, 1, 2))
    yield from of("channels-swapped", "channels-swapped", argb, fits=_has_alpha)
    yield from of(
        "grey", "grey", ("rec601", _grey((0.299, 0.587, 0.114))), ("mean", _grey((1 / 3,) * 3))
    )
    yield from of(
        "premultiplied",
        "premultiplied",
        ("canvas", _canvas),
        ("stored", _premultiply),
        fits=_has_alpha,
    )
    yield from of(
        "alpha-flattened",
        "alpha-flattened",
        ("dropped", _composite(None)),
        ("on-white", _composite(255)),
        ("on-black", _composite(0)),
        fits=_has_alpha,
    )
    yield from of(
        "padded",
        "padded",
        ("white-20", _pad(20, 20, 20, 20, 255)),
        ("black-top", _pad(33, 0, 0, 0, 0)),
        ("right-bottom", _pad(0, 5, 7, 0, 128)),
        ("screenshot", _pad(60, 30, 40, 50, "screen")),
    )
    shapes = ("circle", "line", "box", "text", "corner")
    yield from of("annotated", "annotated", *((s, _draw(s)) for s in shapes))
    yield from of(
        "bit-rot", "bit-rot", ("1", _flip_bits(1)), ("3", _flip_bits(3)), ("9", _flip_bits(9, 400))
    )
    yield from of("truncated", "truncated", ("half", _truncate(0.5)), ("tenth", _truncate(0.1)))
    yield from of("rotten-file", "bit-rot", ("3-bits", _rot_file))
    yield from of("file", "jpeg", ("jpeg", _saved_as("JPEG", quality=92)))
    yield from of("file", "webp", ("webp", _saved_as("WEBP", quality=80)))
    yield from of("file", "gif", ("gif", _saved_as("GIF")))
    lossless = (("bmp", "BMP", {}), ("tiff", "TIFF", {}), ("webp", "WEBP", {"lossless": True}))
    for cause, form, options in lossless:
        yield from of("lossless-file", cause, (cause, _saved_as(form, **options)), fits=_is_opaque)
    yield from of(
        *("inverted", "inverted"), ("low-bits", _of_colours(lambda p, r: p ^ np.uint8(3)))
    )
    yield from of("shifted", "shifted", ("half", _shift(0.5, 0.5)), ("across", _shift(0, 0.2)))
    yield from of("fields-moved", "fields-moved", ("apart", _fields("apart")))
    yield from of("screen", "resized", ("2", _on_screen(2, 131, 401)))
    yield from of(
        *("slightly-changed", "slightly-changed"),
        ("one-bit-noise", _of_colours(lambda p, r: p ^ r.integers(0, 2, p.shape, np.uint8))),
        ("gamma-1.8-and-back", _gamma_and_back(1.8)),
        ("video-range-and-back", _of_colours(_video_range_and_back)),
    )
    yield from of("low-bits-empty", "low-bits-empty", ("3-2-3", _low_bits(3, 2, 3)))
    random = _low_bits(3, 2, 3, random=True)
    yield from of("low-bits-random", {"low-bits-random", NOT_A_CARRIER}, ("3-2-3", random))


DAMAGES = tuple(_damages())


def _fresh_damages() -> Iterator[Damage]:
    def one(kind: str, right: str, variant: str, apply: Callable[..., Pixels | bytes]) -> Damage:
        return Damage(kind, variant, frozenset(right.split()), apply)

    recoloured = "recoloured colour-managed"
    yield one("resized", "resized", "0.6-bicubic", _resize_pil(0.6, Resampling.BICUBIC))
    yield one("resized", "resized", "0.8-bilinear", _resize_pil(0.8, Resampling.BILINEAR))
    yield one("resized", "resized", "0.7-nearest", _resize_pil(0.7, Resampling.NEAREST))
    yield one("resized", "resized", "1.6-lanczos", _resize_pil(1.6, Resampling.LANCZOS))
    yield one("resized", "resized", "2.5-cv2", _resize_cv2(2.5, cv2.INTER_LINEAR))
    yield one("resized", "resized", "0.45-area", _resize_cv2(0.45, cv2.INTER_AREA))
    yield one("cropped-top", "cropped-top", "0.12", _crop(0.12, 0, 0, 0))
    yield one("cropped-right", "cropped-right", "0.12", _crop(0, 0.12, 0, 0))
    yield one("cropped-bottom", "cropped-bottom", "0.12", _crop(0, 0, 0.12, 0))
    yield one("cropped-left", "cropped-left", "0.12", _crop(0, 0, 0, 0.12))
    yield one("cropped", "cropped", "bottom-left", _crop(0, 0, 0.15, 0.15))
    yield one("flipped-vertically", "flipped-vertically", "again", lambda p, r: p[::-1].copy())
    yield one("transposed", "transposed", "anti", lambda p, r: np.rot90(p, 2).swapaxes(0, 1).copy())
    yield one("rotated", "rotated-90", "again", lambda p, r: np.rot90(p, -1).copy())
    for q in (50, 70, 85, 97):
        yield one("jpeg", "jpeg", f"q{q}-fresh", _through("JPEG", quality=q))
    yield one("webp", "webp lossy", "q70", _through("WEBP", quality=70))
    yield one("palette", "palette", "median-200", _palette(200, 0, 0))
    yield one("palette", "palette", "median-128-dither", _palette(128, 0, 1))
    yield one("blurred", "blurred", "gauss-1.5", _filter(ImageFilter.GaussianBlur(1.5)))
    yield one("blurred", "blurred", "box-2", _filter(ImageFilter.BoxBlur(2)))
    yield one("brightness", recoloured, "0.9", _enhance(ImageEnhance.Brightness, 0.9))
    yield one("brightness", recoloured, "contrast-1.4", _enhance(ImageEnhance.Contrast, 1.4))
    yield one("gamma", recoloured, "1.5", _gamma(1.5))
    yield one("saturation", recoloured, "0.8", _enhance(ImageEnhance.Color, 0.8))
    yield one("colour-managed", recoloured, "to-adobe-1.8", _convert(_TO_ADOBE, 1.8))
    yield one("grey", "grey", "rec709", _grey((0.2126, 0.7152, 0.0722)))
    yield one("padded", "padded", "grey-left", _pad(0, 0, 3, 44, 90))
    yield one("annotated", "annotated", "filled", _draw("filled"))
    yield one("annotated", "annotated", "arrow", _draw("arrow"))
    yield one("bit-rot", "bit-rot", "2-fresh", _flip_bits(2, 200))
    yield one("truncated", "truncated", "most", _truncate(0.8))
    yield from _fresh_lossless(one)
    for name, change in (
        ("noise-of-one-step", lambda p, r: p.astype(int) + r.integers(-1, 2, p.shape)),
        ("noise-of-sigma-0.8", lambda p, r: p + r.normal(0, 0.8, p.shape)),
        ("ycbcr-and-back", _ycbcr_and_back),
    ):
        yield one("slightly-changed", "slightly-changed", name, _of_colours(change))
    yield one("slightly-changed", "slightly-changed", "gamma-1.4-and-back", _gamma_and_back(1.4))
    yield one("slightly-changed", "slightly-changed", "7-bits", _levels(7))
    yield one("low-bits-empty", "low-bits-empty", "4-4-4", _low_bits(4, 4, 4))
    yield one("low-bits-empty", "low-bits-empty", "5-bits", _levels(5))
    for depths in ((2, 2, 2), (4, 4, 4)):
        name = "-".join(map(str, depths))
        random = _low_bits(*depths, random=True)
        yield one("low-bits-random", f"low-bits-random {NOT_A_CARRIER}", name, random)


def _fresh_lossless(one: Callable[..., Damage]) -> Iterator[Damage]:
    """Changes that `restore` undoes, with parameters that it was not made with."""
    for name, order in {"rbg": (0, 2, 1), "brg": (2, 0, 1)}.items():
        swapped = _of_colours(lambda p, r, order=order: p[..., order])
        yield one("channels-swapped", "channels-swapped", name, swapped)
    negative = _of_colours(lambda p, r: p ^ np.array([255, 0, 7], np.uint8))
    yield one("inverted", "inverted", "some-bits", negative)
    added = _of_colours(lambda p, r: p + np.array([2, -1, 1]))
    yield one("brightness", "recoloured", "constant", added)
    for factor in (1.15, 1.4, 2.3):
        nearest = _resize_pil(factor, Resampling.NEAREST)
        yield one("resized", "resized", f"{factor}-nearest", nearest)
    yield one("screen", "resized", "1.75", _on_screen(1.75, 57, 222))
    yield one("screen", "resized", "3", _on_screen(3, 204, 35))
    yield one("shifted", "shifted", "up-and-left", _shift(-0.13, -0.37))
    yield one("fields-moved", "fields-moved", "together", _fields("together"))
    for cause, form in (("tga", "TGA"), ("qoi", "QOI"), ("netpbm", "PPM"), ("sgi", "SGI")):
        saved = _saved_as(form)
        yield Damage("lossless-file", cause, frozenset({cause}), saved, _is_opaque)


FRESH_DAMAGES = tuple(_fresh_damages())
DAMAGE_BY_NAME = {damage.name: damage for damage in (*DAMAGES, *FRESH_DAMAGES)}


# The caller: what a reader does with a file that it cannot decode.


@cache
def source(name: str) -> Pixels:
    return (SOURCES | BYSTANDERS | FRESH_SOURCES | FRESH_BYSTANDERS)[name]()


def answer(damaged: Pixels | bytes) -> tuple[str, str]:
    """The cause that the error names which refuses `damaged`, and its detail; "read" if none."""
    read = ig.loads_dict if isinstance(damaged, bytes) else ig.extract
    try:
        read(damaged)
    except ig.DecodeError as problem:
        return problem.diagnosis or NOT_A_CARRIER, problem.detail
    return READ, ""


def is_restored(case: "Case", damaged: Pixels | bytes) -> bool:
    """Whether `restore` gives every bit of the arrays back that the source carried."""
    raw, out = damaged if isinstance(damaged, bytes) else write_png(damaged), io.BytesIO()
    try:
        if ig.restore(io.BytesIO(raw), out).problem:
            return False
        found, wanted = ig.loads_dict(out.getvalue()), ig.extract(source(case.source))
    except ig.DecodeError:
        return False
    return list(found) == list(wanted) and all(
        found[name].dtype == array.dtype and found[name].tobytes() == array.tobytes()
        for name, array in wanted.items()
    )


def diagnosed(damaged: Pixels | bytes) -> str:
    return answer(damaged)[0]


def verdict(cause: str, right: Collection[str]) -> str:
    """How good an answer is: "exact", "family" if it names a few of which one is right, "silent".

    Or "wrong". Nothing said is exact where nothing happened.
    """
    if cause in right:
        return "exact"
    if not FAMILIES.get(cause, frozenset()).isdisjoint(right):
        return "family"
    return "silent" if cause == NOT_A_CARRIER else "wrong"


def is_likeliest(detail: str, right: Collection[str]) -> bool:
    """Whether the member of a family that the sentence calls the likeliest is right."""
    return any(f"most likely {word}" in detail for word, cause in LIKELIEST if cause in right)


@dataclass(frozen=True)
class Case:
    """One damaged file of the corpus."""

    source: str
    damage: Damage
    held: bool

    def made(self) -> Pixels | bytes:
        rng = np.random.default_rng([SEED, *self.source.encode(), *self.damage.name.encode()])
        return self.damage.apply(source(self.source), rng)


NOTHING = Damage("never-intaglio", "", frozenset({NOT_A_CARRIER, "colour-mapped"}), lambda p, r: p)


def cases() -> Iterator[Case]:
    """Every damage of every source that it fits, and the pictures that never carried anything.

    Of fresh sources a third of the older damages, too.
    """
    for name in SOURCES:
        for damage in DAMAGES:
            if damage.fits(source(name)):
                yield Case(name, damage, held=False)
    for number, name in enumerate(FRESH_SOURCES):
        for damage in (*FRESH_DAMAGES, *DAMAGES[number % 3 :: 3]):
            if damage.fits(source(name)):
                yield Case(name, damage, held=True)
    for name in (*BYSTANDERS, *FRESH_BYSTANDERS):
        yield Case(name, NOTHING, held=name in FRESH_BYSTANDERS)


# Pictures that packages bring along, none of which ever carried anything.


def shipped() -> Iterator[tuple[str, Pixels]]:
    """Name and pixels of the pictures in matplotlib, and in scikit-image if it is installed."""
    for package in ("matplotlib", "skimage"):
        found = find_spec(package)
        folders = (found.submodule_search_locations or []) if found else []
        for folder in map(Path, folders):
            for path in sorted([*folder.rglob("*.png"), *folder.rglob("*.jpg")]):
                with Image.open(path) as image:
                    if min(image.size) >= 64:
                        rgb = image.convert("RGBA" if image.mode in ("RGBA", "LA", "P") else "RGB")
                        yield f"{package}/{path.name}", np.array(rgb)
