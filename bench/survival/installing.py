"""Fetching the tools: Debian's packages, Python's into this interpreter, npm's beside this file."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
DEBIAN = (
    *("advancecomp", "chromium", "exiv2", "ffmpeg", "firefox-esr", "gimp", "graphicsmagick"),
    *("imagemagick", "img2pdf", "leptonica-progs", "libavif-bin", "libgd-tools"),
    *("libheif-examples", "libimage-exiftool-perl", "libjxl-tools", "librsvg2-bin"),
    *("libvips-tools", "mat2", "netpbm", "openimageio-tools", "optipng"),
    *("php-cli", "php-gd", "pngcrush", "pngnq", "pngquant", "poppler-utils"),
    *("ruby", "ruby-chunky-png", "webp", "zopfli"),
)


def install() -> None:
    """Fetch what is missing; needs the rights that apt-get needs."""
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    node = () if shutil.which("node") else ("nodejs", "npm")
    if missing := [name for name in (*DEBIAN, *node) if not _is_installed(name)]:
        subprocess.run([*apt, "update", "-qq"], check=True)
        words = ["install", "-y", "-qq", "--no-install-recommends", *missing]
        subprocess.run([*apt, *words], check=True, stdout=subprocess.DEVNULL)
    pip = [sys.executable, "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--requirement", str(HERE / "requirements.txt")], check=True)
    subprocess.run(["npm", "ci", "--silent"], check=True, cwd=HERE)


def _is_installed(package: str) -> bool:
    words = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout == "installed"
