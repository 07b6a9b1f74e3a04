"""Runs the vendors' own client programs that its arguments name against the gateway of STAGE, and prints one JSON line a check."""

import importlib
import json
import os
import sys
from importlib.metadata import version

from billed import check_row, rows_of
from run import attempt, settle, tell

STATUSES = (401, 404, 429, 500)


def expect_error(client, stage, status):
    """The library raises its own class, with the status and with the words of whoever refused."""
    key, text, words = ("unknown", "hi", "not known here") if status == 401 else ("key", f"answer with {status}", f"scripted {status}")
    try:
        settle(client(stage["url"], stage[key]).say(text))
    except Exception as error:
        allowed = client.ERRORS[status]
        if not isinstance(error, allowed):
            raise AssertionError(f"{type(error).__module__}.{type(error).__name__} instead of {allowed}: {error}") from error
        said = client.told(error) if hasattr(client, "told") else (error.status_code, str(error))
        if said[0] != status or words not in said[1]:
            raise AssertionError(f"{said} instead of {status}, {words!r}") from error
        return
    raise AssertionError(f"no error where {status} was due")


def run(name, stage):
    client = importlib.import_module(f"vendors.{name}").Client
    tell(client=name, package=client.PACKAGE, version=version(client.PACKAGE) if client.PACKAGE else None)
    made = client(stage["url"], stage["key"])
    methods = [(kind, method) for kind in ("call", "stream") for method in dir(made) if method.startswith(f"{kind}_")]
    for kind, method in methods:
        attempt(name, f"{kind}s", method, lambda: getattr(made, method)())
    for status in STATUSES:
        attempt(name, "errors", str(status), lambda: expect_error(client, stage, status))
    rows = rows_of(stage, len(methods))
    for _, method in methods:
        wanted = getattr(getattr(made, method), "billed", None)
        if wanted:
            attempt(name, "ledger", method, lambda: check_row(rows, wanted))


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        run(argument, json.loads(os.environ["STAGE"]))
