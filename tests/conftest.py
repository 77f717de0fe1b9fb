"""Settings for all tests: no deadlines, because machines are shared and a slow one is no fault."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "intaglio", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("intaglio")
