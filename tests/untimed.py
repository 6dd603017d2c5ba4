"""A test fails by what it finds, and never by the time that a busy machine takes for one example of hypothesis."""

from contextlib import suppress

# Environments for a GPU and for other tools have none.
with suppress(ImportError):
    from hypothesis import settings

    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")
