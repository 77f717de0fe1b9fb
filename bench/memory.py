"""The most memory that this process holds, from a point on. Linux only.

getrusage's ru_maxrss is no use for that: a child inherits the peak of the process that started it.
"""

from pathlib import Path


def peak_bytes() -> int:
    """The most memory this process has held since `forget_peak`."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def forget_peak() -> int:
    """Set the peak to what is held now, and return that."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_bytes()
