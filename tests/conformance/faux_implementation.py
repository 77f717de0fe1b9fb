"""An implementation with one fault: python faux_implementation.py FAULT ...

Otherwise it does as its cases say. Its "pictures" are texts: `good` and `also good` are read, `bad` is refused.
"""

import hashlib
import json
import sys
import time
from pathlib import Path

SIGNALLING = bytes.fromhex("010000000000F47F")
QUIET = bytes.fromhex("000000000000F87F")
FEATURES = ["decode", "only", "encode", "cover", "zstd"]


def described(fault):
    features = [f for f in FEATURES if not (fault == "no-only" and f == "only")]
    return {
        "name": f"faux {fault}",
        "version": "0",
        "language": "Python",
        "formatVersions": ["1.0"],
        "features": features,
        "limits": {},
    }


def accepted(out, names, data, fault):
    rows = []
    for index, name in enumerate(names):
        (out / f"{index}.bin").write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        row = {"name": name, "element": "float64", "unit": None, "unit_count": 0, "shape": ["1"]}
        row |= {"metadata": None, "sha256": digest, "file": f"{index}.bin"}
        rows.append(row)
    result = {"result": "accept", "metadata": '{"a": 1}', "arrays": rows}
    if fault == "numbers-for-shape":
        rows[0]["shape"] = [1]
    if fault == "other-sha256":
        rows[0]["sha256"] = "0" * 64
    if fault == "reserialises-metadata":
        result["metadata"] = '{"a":1}'
    if fault == "too-many-files":
        (out / "notes.txt").write_text("x")
    (out / "result.json").write_text(json.dumps(result))
    return 0


def rejected(out, reason):
    (out / "result.json").write_text(json.dumps({"result": "reject", "reason": reason}))
    return 65


def decode(source, out, only, fault):
    text = source.read_text()
    names = ["x", "y"] if only is None else only
    data = QUIET if fault == "canonicalises-nan" else SIGNALLING
    if fault == "crashes":
        raise RuntimeError
    if fault == "hangs":
        time.sleep(60)
    if fault == "kills-itself":
        import os
        import signal

        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "warns":
        sys.stderr.write("warning: this and that, error, Traceback\n")
    if fault == "prints-rubbish":
        sys.stdout.write("\0 rubbish { \n")
    if fault == "no-result":
        return 0 if "good" in text else 65
    if fault == "result-is-rubbish":
        (out / "result.json").write_text("{]")
        return 0 if "good" in text else 65
    if fault == "accepts-everything" or ("good" in text and fault != "rejects-everything"):
        if fault == "no-only" and only is not None:
            return 69
        if fault == "unsupported-against-describe":
            return 69
        if fault == "ignores-only":
            names = ["x", "y"]
        if fault == "skips-absent":
            names = [name for name in names if name in ("x", "y")]
        if not {*names} <= {"x", "y"}:
            if fault == "writes-then-misses":
                (out / "0.bin").write_bytes(data)
            return 64
        status = accepted(out, names, data, fault)
        return 65 if fault == "accepts-with-65" else status
    if fault == "writes-then-refuses":
        (out / "0.bin").write_bytes(data)
    return rejected(out, "png-damaged" if fault == "wrong-reason" else "not-png")


def main(fault, command, *words):
    if command == "describe":
        text = "rubbish" if fault == "describes-rubbish" else json.dumps(described(fault))
        sys.stdout.write(text)
        return 0
    pairs = list(zip(words[::2], words[1::2], strict=True))
    given = dict(pairs)
    if command == "decode":
        only = [value for name, value in pairs if name == "--only"] or None
        return decode(Path(given["--in"]), Path(given["--out"]), only, fault)
    if fault == "encodes-rubbish":
        Path(given["--out"]).write_bytes(b"no picture")
        return 0
    return 65


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
