"""What the ledger must say of a call: the driver says it beside the call, the runner reads it when all calls are done."""

import json
import time
import urllib.request


def billed(call, model, *tokens, free=False):
    """Marks a method of a driver: its one row names `call` and `model`, has these tokens (input, output) and a price."""

    def mark(method):
        method.billed = {"call": call, "model": model, "tokens": tokens, "free": free}
        return method

    return mark


def rows_of(stage, at_least):
    """The rows of this run's key; they come into the ledger a moment after the reply."""
    request = urllib.request.Request(
        f"{stage['url']}/spend/logs?api_key={stage['key']}", headers={"Authorization": f"Bearer {stage['key']}"}
    )
    for _ in range(100):
        with urllib.request.urlopen(request) as reply:
            rows = json.load(reply)
        if len(rows) >= at_least:
            break
        time.sleep(0.05)
    return rows


def check_row(rows, wanted):
    of_model = [row for row in rows if row["call_type"] == wanted["call"] and row["model"] == wanted["model"]]
    good = [row for row in of_model if row["status"] == "success"]
    assert good, f"no row of a {wanted['call']} with {wanted['model']} among {sorted({(r['call_type'], r['model'], r['status']) for r in rows})}"
    if wanted["tokens"]:
        counts = {(row["prompt_tokens"], row["completion_tokens"]) for row in good}
        assert wanted["tokens"] in counts, f"tokens {counts} instead of {wanted['tokens']}"
    if not wanted["free"]:
        # The row of a conversation itself, whose responses have rows of their own.
        paid = [row for row in good if row["call_type"] != "realtime" or row["total_tokens"]]
        assert paid and all(row["spend"] > 0 for row in paid), "it costs nothing"
