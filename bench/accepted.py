"""Whether others take our PNGs without a word: python bench/accepted.py [--browser].

Files of every profile, effort and kind of picture go through pngcheck, libpng
(its pngfix), Pillow with warnings as errors, OpenCV and, with --browser,
Chromium, which must give the very pixels. Debian: apt-get install pngcheck
libpng-tools chromium. A tool that is missing is a failure. Prints what pytest
would: "N passed, N failed".
"""

import argparse
import base64
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from data import field, seed
from PIL import Image
from subjects import PROFILES

import intaglio as ig

Check = Callable[[Path], str]  # what is wrong, empty if nothing
PAGE = """<html><body><script>
const image = new Image();
image.onload = () => {{
  const canvas = document.createElement("canvas");
  canvas.width = image.width; canvas.height = image.height;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, image.width, image.height).data;
  let sum = 1;
  for (const value of pixels) sum = (sum * 31 + value) % 4294967291;
  document.body.textContent = "sum " + sum;
}};
image.src = "data:image/png;base64,{data}";
</script></body></html>"""


def files(folder: Path) -> Iterator[Path]:
    """Our files: every profile and effort, one array and many, with a cover, large and small."""
    arrays = {"noise": seed(), "smooth": field(300), "line": np.arange(5000.0), "one": np.int8(7)}
    for profile in PROFILES:
        for effort in ("fast", "small"):
            for name, array in arrays.items():
                path = folder / f"{name}-{profile}-{effort}.png"
                ig.save(path, array, profile=profile, effort=effort)
                yield path
    path = folder / "many.png"
    ig.save(path, arrays, metadata={"a": 1})
    yield path
    path = folder / "cover.png"
    cover = np.full((400, 600, 3), 250, np.uint8)
    ig.save(path, seed(), cover=cover)
    yield path
    path = folder / "large.png"
    ig.imsave(path, field(1024), dpi=300)
    yield path


def command(*words: str) -> Check:
    """A tool that must exit with 0 and not speak of warnings or errors."""

    def check(path: Path) -> str:
        if shutil.which(words[0]) is None:
            return f"{words[0]} is not installed"
        done = subprocess.run([*words, str(path)], capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        spoken = any(word in said.lower() for word in ("warn", "error", "invalid", "bad"))
        return said.strip() or "failed" if done.returncode or spoken else ""

    return check


def by_pillow(path: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            with Image.open(path) as image:
                image.verify()
            with Image.open(path) as image:
                image.load()
        except (OSError, SyntaxError, Warning) as problem:
            return str(problem)
    return ""


def by_opencv(path: Path) -> str:
    import cv2

    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    with Image.open(path) as image:
        plain = np.asarray(image)
    order = [2, 1, 0, 3][: plain.shape[2]]
    return "" if np.array_equal(pixels[..., order], plain) else "other pixels"


def by_chromium(path: Path) -> str:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        return "chromium is not installed"
    with Image.open(path) as image:
        if image.mode == "RGBA":
            return ""  # canvas multiplies by alpha
        pixels = np.asarray(image.convert("RGBA"))
    expected = 1
    for value in pixels.ravel().tolist():
        expected = (expected * 31 + value) % 4294967291
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(PAGE.format(data=base64.b64encode(path.read_bytes()).decode()))
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000")
        words = [browser, *options, f"--user-data-dir={folder}/profile", "--dump-dom", str(page)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    return "" if f"sum {expected}<" in done.stdout else f"other pixels: {done.stdout[-80:]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", action="store_true")
    asked = parser.parse_args()
    checks: dict[str, Check] = {
        "pngcheck": command("pngcheck", "-q"),
        "pngfix": command("pngfix", "-w"),
        "Pillow": by_pillow,
        "OpenCV": by_opencv,
    }
    passed = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        paths = list(files(Path(scratch)))
        for name, check in checks.items():
            for path in paths:
                problem = check(path)
                failed += bool(problem)
                passed += not problem
                if problem:
                    print(f"{name}, {path.name}: {problem}")
        for path in paths[::7] if asked.browser else []:
            problem = by_chromium(path)
            failed += bool(problem)
            passed += not problem
            if problem:
                print(f"Chromium, {path.name}: {problem}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
