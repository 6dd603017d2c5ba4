"""Results, models and tests in the forms that other projects read."""

VERSION = "0.1.0"
"""That of pyproject.toml; the image has the package without its metadata."""
