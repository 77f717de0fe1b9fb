"""Which profile when: size and quality of each, and which copies it survives.

    python bench/profiles.py

Data: matplotlib's elevation model (344x403 int16). PSNR is over RGB of the
pixels that carry data, against the same picture without data. Survival is
counted over lossless ways to save a PNG again with Pillow, OpenCV and oxipng;
"flattened" routes drop or rewrite the alpha channel, as many tools do.
"""

import io
from collections.abc import Callable

import cv2
import matplotlib.cbook
import numpy as np
import oxipng
from PIL import Image

import intaglio as ig
from intaglio._format.registry import PROFILES, pixels_for
from intaglio._packing.encoder import encode
from intaglio._packing.job import make_job

Route = Callable[[bytes], bytes]


def pillow(mode: str | None, **options: object) -> Route:
    """Open and save with Pillow, in another mode if one is given."""

    def route(file: bytes) -> bytes:
        with Image.open(io.BytesIO(file)) as image:
            out = io.BytesIO()
            (image.convert(mode) if mode else image).save(out, "PNG", **options)
        return out.getvalue()

    return route


def opencv(flag: int) -> Route:
    """Open and save with OpenCV."""

    def route(file: bytes) -> bytes:
        pixels = cv2.imdecode(np.frombuffer(file, np.uint8), flag)
        return cv2.imencode(".png", pixels)[1].tobytes()

    return route


def optimised(**options: object) -> Route:
    """Optimise with oxipng."""
    return lambda file: oxipng.optimize_from_memory(file, level=1, **options)


def pasted(file: bytes) -> bytes:
    """Paste onto an opaque white picture, as viewers and editors do."""
    with Image.open(io.BytesIO(file)) as image:
        page = Image.new("RGBA", image.size, "white")
        page.alpha_composite(image.convert("RGBA"))
    out = io.BytesIO()
    page.convert("RGB").save(out, "PNG")
    return out.getvalue()


def premultiplied(file: bytes) -> bytes:
    """Through premultiplied alpha and back, as browsers' canvas does."""
    with Image.open(io.BytesIO(file)) as image:
        back = image.convert("RGBA").convert("RGBa").convert("RGBA")
    out = io.BytesIO()
    back.save(out, "PNG")
    return out.getvalue()


ROUTES: dict[str, Route] = {
    "Pillow as it is": pillow(None),
    "Pillow optimize": pillow(None, optimize=True),
    "Pillow to RGBA": pillow("RGBA"),
    "OpenCV unchanged": opencv(cv2.IMREAD_UNCHANGED),
    "oxipng": optimised(),
    "oxipng, chunks stripped": optimised(strip=oxipng.StripChunks.all()),
    "oxipng, interlaced": optimised(interlace=oxipng.Interlacing.Adam7),
    "oxipng, alpha optimised": optimised(optimize_alpha=True),
    "Pillow to RGB (flattened)": pillow("RGB"),
    "OpenCV colour (flattened)": opencv(cv2.IMREAD_COLOR),
    "pasted on white (flattened)": pasted,
    "premultiplied and back": premultiplied,
}


def elevation() -> np.ndarray:
    """Elevation of the Jacksboro fault, out of matplotlib's sample data."""
    with matplotlib.cbook.get_sample_data("jacksboro_fault_dem.npz") as data:
        return np.asarray(data["elevation"])


def survives(route: Route, file: bytes, array: np.ndarray) -> bool:
    """Whether the exact array comes back after `route`."""
    try:
        return ig.loads(route(file)).tobytes() == array.tobytes()
    except ig.DecodeError:
        return False


def psnr(array: np.ndarray, file: bytes, profile: str) -> float:
    """Of the pixels that carry data, in dB."""
    encoded = encode({"data": array}, make_job({"cmap": "gist_earth", "profile": profile}, None))
    plain = np.concatenate(list(encoded.picture.bands(64))).reshape(-1, 3)
    with Image.open(io.BytesIO(file)) as image:
        written = np.asarray(image.convert("RGB")).reshape(-1, 3)
    count = pixels_for(encoded.body.length, encoded.job.depths) - 80
    error = (written[:count].astype(float) - plain[:count]) ** 2
    return float(10 * np.log10(255**2 / error.mean()))


def main() -> None:
    """Print the table."""
    array = elevation()
    print("| profile | depths | picture | file, bytes | PSNR, dB | copies it survives |")
    print("|---|---|---|---|---|---|")
    for profile, depths in PROFILES.items():
        file = ig.dumps(array, cmap="gist_earth", profile=profile)
        info = ig.info(io.BytesIO(file))
        alive = sum(survives(route, file, array) for route in ROUTES.values())
        print(
            f"| `{profile}` | {'-'.join(map(str, depths))} | {info.width}x{info.height} "
            f"| {len(file):,} | {psnr(array, file, profile):.1f} | {alive} of {len(ROUTES)} |"
        )


if __name__ == "__main__":
    main()
