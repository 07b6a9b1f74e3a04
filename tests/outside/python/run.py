"""Runs the clients that its arguments name against the gateway of STAGE (JSON), and prints one JSON line a check."""

import asyncio
import importlib
import inspect
import json
import os
import sys
import time
import traceback
from importlib.metadata import version

MODELS = ["chat", "responses", "openai", "claude", "gemini"]
EMBEDDERS = ["embed", "gemini-embed"]
# What the gateway must say, and how it is brought to say it: a key, a model, a word to the fake provider.
ERRORS = {
    "unknown key": (401, "unknown", "chat", "hi"),
    "forbidden model": (403, "narrow", "chat", "hi"),
    "no such model": (400, "key", "no-such-model", "hi"),
    "provider refuses": (400, "key", None, "answer with 400"),
    "provider limits": (429, "key", None, "answer with 429"),
    "provider breaks": (500, "key", None, "answer with 500"),
}


def tell(**line):
    print(json.dumps(line), flush=True)


def settle(result):
    if inspect.iscoroutine(result):
        asyncio.run(result)


def attempt(client, check, model, call):
    began = time.perf_counter()
    try:
        settle(call())
        problem = None
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        problem = f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"
    tell(client=client, check=check, model=model, problem=problem, ms=round((time.perf_counter() - began) * 1000))


def expect_error(client, stage, case, model):
    status, key, _, text = case
    try:
        settle(client(stage["url"], stage[key]).say(model, text))
    except Exception as error:
        allowed = client.ERRORS[status]
        if not isinstance(error, allowed):
            raise AssertionError(f"{type(error).__module__}.{type(error).__name__} instead of {allowed}: {error}") from error
        said = next((value for name in ("status_code", "code") if isinstance(value := getattr(error, name, None), int)), status)
        if said != status:
            raise AssertionError(f"status {said} instead of {status}")
        return
    raise AssertionError(f"no error where {status} was due")


def run(name, stage):
    client = importlib.import_module(f"clients.{name}").Client
    tell(client=name, package=client.PACKAGE, version=version(client.PACKAGE))
    made = client(stage["url"], stage["key"])
    for check in ("chat", "stream", "tools", "structured"):
        for method in [name_ for name_ in dir(made) if name_ == check or name_.startswith(f"{check}_")]:
            for model in getattr(client, "MODELS", MODELS):
                attempt(name, check, f"{model} {method}", lambda: getattr(made, method)(model))
    for method in [name_ for name_ in dir(made) if name_.startswith("embeddings")]:
        for model in EMBEDDERS:
            attempt(name, "embeddings", f"{model} {method}", lambda: getattr(made, method)(model))
    for method in [name_ for name_ in dir(made) if name_.startswith("also_")]:
        attempt(name, "more", method, lambda: getattr(made, method)())
    for title, case in ERRORS.items():
        for model in [case[2]] if case[2] else getattr(client, "MODELS", MODELS):
            attempt(name, "errors", f"{model}: {title}", lambda: expect_error(client, stage, case, model))


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        run(argument, json.loads(os.environ["STAGE"]))
