"""Settings for all tests: no deadlines, because machines are shared and a slow one is no fault."""

import signal

from hypothesis import HealthCheck, settings

settings.register_profile(
    "intaglio", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("intaglio")

# Whoever starts the tests in the background has interrupts ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
