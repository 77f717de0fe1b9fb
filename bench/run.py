"""The benchmark: one table on the screen, RESULTS.md, results.json and results.png.

    python bench/run.py [--quick] [--rounds N] [--data NAME ...] [--out FOLDER]

Every subject runs in a process of its own, all subjects of a data set one
after the other, round after round; figures are medians over the rounds.
Ratios are to the pair imsave + savez_compressed of the same data set.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from data import DATA
from subjects import PEERS_OF_LARGE, SUBJECTS, WITHOUT_KERNELS

HERE = Path(__file__).parent
PAIR = "imsave + savez_compressed"
LARGE_BYTES = 1 << 21
QUICK = ("seed case", "elevation", "field 512")
QUICK_SUBJECTS = ("intaglio opaque", "intaglio opaque, small", PAIR, "h5py gzip 4 + shuffle")
SECONDS_MAX = 300
PEER_ROUNDS = 2
COLUMNS = (
    "| subject | write ms | / pair | read ms | / pair | file, bytes | / pair "
    "| memory / array, write, read | PSNR dB |"
)

Row = dict[str, Any]


def one(subject: str, folder: Path) -> Row:
    """What a process that writes and one that reads measure; `error` where one fails."""
    row: Row = {}
    unset = {key: v for key, v in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment = {**unset, "PYTHONPYCACHEPREFIX": str(folder.parent / "intaglio-bench-bytecode")}
    environment["INTAGLIO_PURE"] = "1" if subject == WITHOUT_KERNELS else ""
    for verb in ("write", "read"):
        command = [sys.executable, str(HERE / "child.py"), subject, str(folder), verb]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                timeout=SECONDS_MAX,
                env=environment,
            )
        except subprocess.TimeoutExpired:
            return {"error": f"more than {SECONDS_MAX} s"}
        if done.returncode:
            return {"error": (done.stderr.strip() or "failed").splitlines()[-1][:120]}
        row |= json.loads(done.stdout.splitlines()[-1])
    return row


def median(rows: list[Row]) -> Row:
    """Medians of what the rounds gave."""
    failed = [row for row in rows if "error" in row]
    if failed:
        return failed[0]
    numbers = ("write", "read", "bytes", "write_peak", "read_peak")
    result: Row = {key: statistics.median(row[key] for row in rows) for key in numbers}
    return result | {"psnr": rows[0]["psnr"], "exact": all(row["exact"] for row in rows)}


def subjects_for(nbytes: int, *, quick: bool) -> list[str]:
    names = [n for n, s in SUBJECTS.items() if not s.depth or n in PEERS_OF_LARGE]
    if nbytes <= LARGE_BYTES:
        names = list(SUBJECTS)
    if quick:
        names = [n for n in names if n in QUICK_SUBJECTS or (n in PEERS_OF_LARGE)]
    return names


def measure(data: str, rounds: int, *, quick: bool = False) -> dict[str, Any]:
    """All subjects on one data set, alternating."""
    from intaglio._packing.encoder import pack
    from intaglio._packing.job import make_job

    array = np.ascontiguousarray(DATA[data]())
    body = pack({"data": array}, make_job({}, None))
    names = subjects_for(array.nbytes, quick=quick)
    rows: dict[str, list[Row]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        np.save(folder / "array.npy", array)
        (folder / "payload.bin").write_bytes(body.joined())
        for turn in range(rounds):
            for name in names:
                if SUBJECTS[name].depth and turn >= PEER_ROUNDS:
                    continue
                if not any("error" in row for row in rows[name]):
                    rows[name].append(one(name, folder))
                print(
                    f"\r{data}: round {turn + 1} of {rounds}, {name:<40}", end="", file=sys.stderr
                )
    print(file=sys.stderr)
    about = {"shape": list(array.shape), "dtype": str(array.dtype), "nbytes": array.nbytes}
    return {**about, "payload": body.length, "rows": {n: median(r) for n, r in rows.items()}}


def table(data: str, result: dict[str, Any]) -> str:
    """One data set in Markdown."""
    rows, raw = result["rows"], result["nbytes"]
    base = rows.get(PAIR, {})
    shape = "x".join(map(str, result["shape"]))
    lines = [
        f"### {data}: {shape} {result['dtype']}, {raw:,} bytes",
        "",
        COLUMNS,
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        if "error" in row:
            lines.append(f"| {name} | {row['error']} | | | | | | | |")
            continue
        ratios = [
            f"{row[key] / base[key]:.2f}" if key in base else ""
            for key in ("write", "read", "bytes")
        ]
        psnr = "" if row["psnr"] is None else f"{row['psnr']:.1f}"
        wrong = "" if row["exact"] else " **not exact**"
        lines.append(
            f"| {name}{wrong} | {row['write']:.1f} | {ratios[0]} | {row['read']:.1f} | {ratios[1]} "
            f"| {int(row['bytes']):,} | {ratios[2]} "
            f"| {row['write_peak'] / raw:.1f}, {row['read_peak'] / raw:.1f} | {psnr} |"
        )
    return "\n".join(lines)


def head(rounds: int) -> str:
    from importlib.metadata import version

    packages = ("intaglio", "numpy", "pillow", "matplotlib", "zstandard", "zlib-ng", "isal")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    load = " ".join(f"{x:.1f}" for x in os.getloadavg())
    return (
        "# What it costs\n\n"
        "Written by `make bench`; data and seeds in `data.py`, subjects in `subjects.py`.\n\n"
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"{versions}. Medians of {rounds} alternating runs, load average {load}. "
        "Read ratios, not milliseconds. *Pair*: "
        "plt.imsave + np.savez_compressed. Memory: the most held beyond the array, over the "
        "array's bytes. PSNR: RGB, over the pixels that carry data. Stego peers hide the bytes "
        "that Intaglio stores, in a picture just large enough, and pay neither for making that "
        f"picture nor for packing the array; on data over {LARGE_BYTES >> 20} MiB only the "
        "fastest take part (the others need minutes: see `field 512`). Stegano is left out: it "
        "hides 0.07 MB a second and insists on an older Pillow."
    )


def plot(results: dict[str, Any], path: Path) -> None:
    """File size and write time beside the pair's."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    shown = ("intaglio opaque", "intaglio opaque, small", "imsave + np.save", *PEERS_OF_LARGE)
    figure, axes = plt.subplots(1, 3, figsize=(13, 5), sharey=True, layout="constrained")
    for axis, key in zip(axes, ("bytes", "write", "read"), strict=True):
        for index, name in enumerate(shown):
            ratios = [
                r["rows"][name][key] / r["rows"][PAIR][key]
                if key in r["rows"].get(name, {})
                else np.nan
                for r in results.values()
            ]
            places = np.arange(len(results)) + index / (len(shown) + 1)
            axis.barh(places, ratios, 1 / (len(shown) + 1), label=name)
        axis.axvline(1, color="black", linewidth=1)
        axis.set_xscale("log")
        axis.set_title({"bytes": "file size"}.get(key, f"time to {key}") + " / pair")
        axis.set_yticks(np.arange(len(results)) + 0.4, list(results))
    axes[0].invert_yaxis()
    axes[0].legend(fontsize=8)
    figure.savefig(path, dpi=90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few data sets and subjects, once")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--data", nargs="*", choices=DATA, default=None)
    parser.add_argument("--out", type=Path, default=HERE)
    asked = parser.parse_args()
    rounds = asked.rounds or (1 if asked.quick else 5)
    wanted = asked.data or (QUICK if asked.quick else DATA)
    results = {}
    for name in wanted:
        try:
            results[name] = measure(name, rounds, quick=asked.quick)
        except ImportError as problem:
            print(f"{name}: left out, {problem}", file=sys.stderr)
    text = "\n\n".join([head(rounds), *(table(name, r) for name, r in results.items())]) + "\n"
    print(text)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "RESULTS.md").write_text(text)
    (asked.out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    plot(results, asked.out / "results.png")


if __name__ == "__main__":
    main()
