"""Property tests draw the same examples each time: a failure belongs to a change, not to the day."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest
from hypothesis import settings

pytest_plugins = ["tests.databases"]

# No test asks the cloud who it is.
os.environ |= {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
    os.environ.pop(name, None)

settings.register_profile("same-each-time", derandomize=True, deadline=None)
settings.load_profile("same-each-time")


SLOWEST = (
    "test_ses_lives",
    "test_scan_many",
    "test_faults",
    "test_scan.py",
    "tests/real",
    "tests/engine",
    "tests/observer",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: a run then ends with many short tests, which its processes share evenly."""

    def place(item: pytest.Item) -> int:
        return next((n for n, part in enumerate(SLOWEST) if part in str(item.path)), len(SLOWEST))

    items.sort(key=place)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run's first process clears away what the others kept for one another (diagnosis/lab_cases.py)."""
    workers = session.config.pluginmanager.getplugin("dsession")
    if workers is not None and workers.nodemanager is not None:
        shutil.rmtree(f"{tempfile.gettempdir()}/unpend-cases-{workers.nodemanager.testrunuid}", ignore_errors=True)
