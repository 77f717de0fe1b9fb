"""What is measured: each subject writes an array to a file and reads it back.

Stego peers hide the bytes that Intaglio stores (its body) in a picture just
large enough; neither making that picture nor packing the array is on their
clock, both are on ours.
"""

import contextlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, sqrt
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Task:
    """An array, a folder, and what peers are given instead of the array."""

    array: Array
    folder: Path
    payload: bytes = b""

    @property
    def png(self) -> Path:
        """The picture."""
        return self.folder / "picture.png"

    @property
    def side(self) -> Path:
        """The file beside it, or instead of it."""
        return self.folder / "side"


@dataclass(frozen=True)
class Subject:
    """write: makes the files; read: gives the array or payload back; files: those to be weighed."""

    group: str
    write: Callable[[Task], Any]
    read: Callable[[Task], Any]
    files: Callable[[Task], list[Path]]
    depth: int = 0  # bits of R, G and B each that a stego peer uses
    options: Callable[[Array], dict[str, Any]] = lambda _: {}  # of ours


def ours(**options: Any) -> Subject:
    return _ours(lambda _: {"cmap": "viridis", **options})


def least(depth: int) -> Subject:
    """A picture of no more pixels than the data need, as the stego peers' is."""

    def options(array: Array) -> dict[str, Any]:
        import intaglio as ig

        found = {"cmap": "viridis", "profile": (depth, depth, depth, 0), "effort": "small"}
        needed = ig.plan(array, **found).pixels_needed
        height, width = array.shape
        scale = max(1.0, sqrt(needed / array.size))
        while round(width * scale) * round(height * scale) < needed:
            scale *= 1.0005
        return {**found, "scale": scale}

    return _ours(options)


def _ours(options: Callable[[Array], dict[str, Any]]) -> Subject:
    def write(task: Task) -> None:
        import intaglio as ig

        ig.imsave(task.png, task.array, **options(task.array))

    def read(task: Task) -> Array:
        import intaglio as ig

        return ig.imread(task.png)

    return Subject("Intaglio", write, read, lambda task: [task.png], options=options)


def pair(save: Callable[..., None], suffix: str) -> Subject:
    """A picture by matplotlib, and a file of NumPy's beside it."""

    def write(task: Task) -> None:
        import matplotlib.pyplot as plt

        plt.imsave(task.png, task.array, cmap="viridis")
        save(task.side.with_suffix(suffix), task.array)

    def read(task: Task) -> Array:
        loaded = np.load(task.side.with_suffix(suffix))
        return loaded if suffix == ".npy" else loaded["arr_0"]

    return Subject("picture + file", write, read, lambda t: [t.png, t.side.with_suffix(suffix)])


def file_only(write: Callable[[Path, Array], Any], read: Callable[[Path], Array]) -> Subject:
    return Subject(
        "no picture",
        lambda task: write(task.side, task.array),
        lambda task: read(task.side),
        lambda task: [task.side],
    )


def _h5_write(path: Path, array: Array) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        file.create_dataset(
            "data", data=array, compression="gzip", compression_opts=4, shuffle=True
        )


def _h5_read(path: Path) -> Array:
    import h5py

    with h5py.File(path) as file:
        return np.asarray(file["data"][...])


def _tiff_write(path: Path, array: Array) -> None:
    import tifffile

    predictor = 3 if array.dtype.kind == "f" else 2
    tifffile.imwrite(path, array, compression="zstd", predictor=predictor, rowsperstrip=64)


def _tiff_read(path: Path) -> Array:
    import tifffile

    return np.asarray(tifffile.imread(path))


def _safetensors_write(path: Path, array: Array) -> None:
    from safetensors.numpy import save_file

    save_file({"data": np.ascontiguousarray(array)}, path)


def _safetensors_read(path: Path) -> Array:
    from safetensors.numpy import load_file

    return load_file(path)["data"]


def _pcodec_write(path: Path, array: Array) -> None:
    from pcodec import ChunkConfig, standalone

    path.write_bytes(standalone.simple_compress(np.ascontiguousarray(array).ravel(), ChunkConfig()))


def _pcodec_read(path: Path) -> Array:
    from pcodec import standalone

    return np.asarray(standalone.simple_decompress(path.read_bytes()))


def peer(hide: Callable[[Task], Any], reveal: Callable[[Task], bytes], depth: int) -> Subject:
    def quiet(work: Callable[[Task], Any]) -> Callable[[Task], Any]:
        def call(task: Task) -> Any:
            with contextlib.redirect_stdout(io.StringIO()):
                return work(task)

        return call

    return Subject("stego", quiet(hide), quiet(reveal), lambda task: [task.png], depth)


def cover_path(task: Task) -> Path:
    return task.folder / "cover.png"


def make_cover(task: Task, depth: int) -> None:
    """The picture that a peer hides in: the array in colours, enlarged to hold the payload."""
    import matplotlib as mpl
    from PIL import Image

    array = task.array.astype(float)
    scaled = (array - array.min()) / (np.ptp(array) or 1)
    pixels = np.asarray(mpl.colormaps["viridis"](scaled, bytes=True))[..., :3]
    height, width = pixels.shape[:2]
    needed = ceil((len(task.payload) + 256) * 8 / (3 * depth))
    factor = max(1.0, sqrt(needed / (width * height)))
    size = ceil(width * factor), ceil(height * factor)
    resized = Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST)
    resized.save(cover_path(task))


def _stegoforge(depth: int) -> Subject:
    def hide(task: Task) -> None:
        from core.image.lsb import LSBEncoder

        carrier = cover_path(task).read_bytes()
        task.png.write_bytes(LSBEncoder().encode(carrier, task.payload, depth=depth))

    def reveal(task: Task) -> bytes:
        from core.image.lsb import LSBEncoder

        return bytes(LSBEncoder().decode(task.png.read_bytes(), depth=depth))

    return peer(hide, reveal, depth)


def _stego_lsb(depth: int) -> Subject:
    def hide(task: Task) -> None:
        from stego_lsb import LSBSteg

        task.side.write_bytes(task.payload)
        LSBSteg.hide_data(str(cover_path(task)), str(task.side), str(task.png), depth, 1)

    def reveal(task: Task) -> bytes:
        from stego_lsb import LSBSteg

        LSBSteg.recover_data(str(task.png), str(task.side), depth)
        return task.side.read_bytes()

    return peer(hide, reveal, depth)


def _stegpy(depth: int) -> Subject:
    def hide(task: Task) -> None:
        from stegpy.lsb import HostElement

        host = HostElement(str(cover_path(task)))
        task.side.write_bytes(task.payload)
        host.insert_message(task.payload, depth, "payload.bin")
        host.save(str(task.png))

    def reveal(task: Task) -> bytes:
        from stegpy.lsb import HostElement

        here = Path.cwd()
        os.chdir(task.folder)
        try:
            HostElement(str(task.png)).read_message()
            return Path("_payload.bin").read_bytes()
        finally:
            os.chdir(here)

    return peer(hide, reveal, depth)


def _stegofox() -> Subject:
    def hide(task: Task) -> None:
        from stegofox.stegofox import embed_lsb

        embed_lsb(str(cover_path(task)), task.payload, str(task.png))

    def reveal(task: Task) -> bytes:
        from stegofox.stegofox import extract_lsb

        return extract_lsb(str(task.png)) or b""

    return peer(hide, reveal, 1)


WITHOUT_KERNELS = "intaglio opaque, not compiled"
PROFILES = ("opaque", "fine", "dense", "denser", "raw", "rgba", "rgba-dense")
SUBJECTS: dict[str, Subject] = {
    **{f"intaglio {name}": ours(profile=name) for name in PROFILES},
    WITHOUT_KERNELS: ours(),
    "intaglio opaque, small": ours(effort="small"),
    "intaglio fine, small": ours(profile="fine", effort="small"),
    **{f"intaglio {n}-{n}-{n}, small, least pixels": least(n) for n in (3, 2, 1)},
    "imsave + np.save": pair(np.save, ".npy"),
    "imsave + savez_compressed": pair(np.savez_compressed, ".npz"),
    "h5py gzip 4 + shuffle": file_only(_h5_write, _h5_read),
    "tifffile zstd + predictor": file_only(_tiff_write, _tiff_read),
    "safetensors": file_only(_safetensors_write, _safetensors_read),
    "pcodec": file_only(_pcodec_write, _pcodec_read),
    "StegoForge, 3 bits": _stegoforge(3),
    "StegoForge, 2 bits": _stegoforge(2),
    "stego-lsb, 2 bits": _stego_lsb(2),
    "stegpy, 2 bits": _stegpy(2),
    "stegofox, 1 bit": _stegofox(),
}
PEERS_OF_LARGE = ("StegoForge, 3 bits", "stegpy, 2 bits")  # the others take minutes
