"""Pictures written byte by byte from the formats' specifications, sharing no code with readers."""

import struct

import numpy as np


def packed(indices, depth):
    """Rows of samples of 1, 2 or 4 bits as bytes, the first in the highest bits."""
    rows = []
    for row in indices:
        text = "".join(f"{int(sample):0{depth}b}" for sample in row)
        text += "0" * (-len(text) % 8)
        rows.append(bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8)))
    return rows


def bmp(rows, width, height, depth, *, palette=b"", masks=(), coding=0, top_down=False, head=40):
    """A BMP of rows of bytes, given top row first; runs are given as one row."""
    if head == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, depth)
    else:
        signed = -height if top_down else height
        info = struct.pack("<IiiHHIIiiII", head, width, signed, 1, depth, coding, 0, 0, 0, 0, 0)
        info += b"".join(struct.pack("<I", mask) for mask in masks)
        info = info.ljust(head, b"\0")
    ordered = rows if top_down else rows[::-1]
    body = (
        b"".join(row + b"\0" * (-len(row) % 4) for row in ordered)
        if coding not in (1, 2)
        else rows[0]
    )
    start = 14 + len(info) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + info + palette + body


def gif(codes, width, height, palette, *, bits=2, frames=1, screen=None, control=b""):
    """A GIF whose frames all have the same LZW codes, written with a fixed width of `bits` + 1.

    Every frame is kept short enough, by clear codes, that the width never grows.
    """
    sw, sh = screen or (width, height)
    out = b"GIF89a" + struct.pack("<HHBBB", sw, sh, 0x80 | (bits - 1), 0, 0) + palette
    text = "".join(f"{code:0{bits + 1}b}" for code in codes[::-1])
    text = "0" * (-len(text) % 8) + text
    data = bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))[::-1]
    for _ in range(frames):
        out += control + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + bytes([bits])
        for i in range(0, len(data), 255):
            out += bytes([len(data[i : i + 255])]) + data[i : i + 255]
        out += b"\0"
    return out + b";"


def netpbm(magic, samples, highest=None, *, plain=False, comment=b""):
    """A netpbm of samples (H, W) or (H, W, channels)."""
    height, width = samples.shape[:2]
    head = b"P%d\n%s%d %d\n" % (magic, comment, width, height)
    head += b"" if highest is None else b"%d\n" % highest
    if plain:
        return head + b" ".join(b"%d" % int(sample) for sample in samples.ravel()) + b"\n"
    if magic == 4:
        return head + b"".join(packed(samples, 1))
    return head + samples.astype(">u2" if highest > 255 else "u1").tobytes()


def pam(samples, highest, kind=b""):
    height, width, depth = samples.shape
    head = b"P7\n# made\nWIDTH %d\nHEIGHT %d\nDEPTH %d\nMAXVAL %d\n" % (
        width,
        height,
        depth,
        highest,
    )
    head += b"TUPLTYPE %s\n" % kind if kind else b""
    return head + b"ENDHDR\n" + samples.astype(">u2" if highest > 255 else "u1").tobytes()


def pfm(samples, scale=b"-1.0"):
    magic = b"PF" if samples.ndim == 3 else b"Pf"
    order = "<f4" if scale.startswith(b"-") else ">f4"
    head = magic + b"\n%d %d\n" % (samples.shape[1], samples.shape[0])
    return head + scale + b"\n" + np.ascontiguousarray(samples[::-1]).astype(order).tobytes()


def tiff(pages, order="<"):
    """A TIFF of pages, each (tags, segments): {code: (type, values)} and lists of bytes.

    Types: 2 ASCII, 3 SHORT, 4 LONG, 5 RATIONAL, 12 DOUBLE. Offsets and lengths of the segments,
    as strips, are added, unless the tags have them.
    """
    out = struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 0)
    link = 4
    for tags, segments in pages:
        offsets = []
        for segment in segments:
            offsets.append(len(out))
            out += segment + b"\0" * (len(segment) % 2)
        lengths = [len(segment) for segment in segments]
        entries, behind = b"", b""
        tags = {273: (4, offsets), 279: (4, lengths), **tags}
        start = len(out)
        room = start + 2 + 12 * len(tags) + 4
        for code, (kind, values) in sorted(tags.items()):
            letter, size = {2: ("s", 1), 3: ("H", 2), 4: ("I", 4), 5: ("I", 8), 12: ("d", 8)}[kind]
            count = len(values) // 2 if kind == 5 else len(values)
            raw = values if kind == 2 else struct.pack(f"{order}{len(values)}{letter}", *values)
            if count * size > 4:
                where = room + len(behind)
                behind += raw + b"\0" * (len(raw) % 2)
                raw = struct.pack(order + "I", where)
            entries += struct.pack(order + "HHI", code, kind, count) + raw.ljust(4, b"\0")
        out = out[:link] + struct.pack(order + "I", start) + out[link + 4 :]
        link = start + 2 + 12 * len(tags)
        out += struct.pack(order + "H", len(tags)) + entries + bytes(4) + behind
    return out


def tiff_tags(width, height, bits, *, samples=1, photometric=1, kind=1, **more):
    """The tags of an uncompressed page of one strip."""
    tags = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * samples), 259: (3, [1]),
            262: (3, [photometric]), 277: (3, [samples]), 278: (4, [height]), 339: (3, [kind] * samples)}  # fmt: skip
    return tags | {int(code[1:]): value for code, value in more.items()}
