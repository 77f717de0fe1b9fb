"""Settings for all tests. No test depends on a clock, because machines may be slow or shared."""

import signal

import pytest
from hypothesis import HealthCheck, settings

HANG_SECONDS = 1200

settings.register_profile(
    "intaglio", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("intaglio")

# In a background job of a shell, interrupts are ignored, and child processes inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """End a test that hangs, and show where it hangs. Windows has no SIGALRM."""
    if not hasattr(signal, "SIGALRM"):
        return (yield)

    def hangs(_number, _frame):
        pytest.fail(f"{item.name} hangs: it has run for {HANG_SECONDS} s")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(HANG_SECONDS)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
