"""Jina has no client library: its users write HTTP."""

import json
import urllib.error
import urllib.request

from asked import same
from billed import billed


class Client:
    PACKAGE = None
    ERRORS = {status: urllib.error.HTTPError for status in (401, 404, 429, 500)}

    def __init__(self, url, key):
        self.url, self.key = url, key

    @staticmethod
    def told(raised):
        return raised.code, json.dumps(json.load(raised))

    def post(self, path, body):
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data=json.dumps(body).encode(), headers=headers)
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)

    def say(self, text):
        return self.post("/jina_ai/v1/embeddings", {"model": "jina-embeddings-v3", "input": [text]})

    @billed("embedding", "jina-embeddings-v3", 6, 0)
    def call_embeddings(self):
        reply = self.post("/jina_ai/v1/embeddings", {"model": "jina-embeddings-v3", "task": "text-matching", "input": ["one", "three"]})
        same([one["embedding"] for one in reply["data"]], [[3.0, 0.5], [5.0, 0.5]])

    @billed("embedding", "jina-of-the-root", 6, 0)
    def call_embeddings_of_the_root(self):
        reply = self.post("/v1/embeddings", {"model": "jina-of-the-root", "task": "text-matching", "input": ["one", "three"]})
        same([one["embedding"] for one in reply["data"]], [[3.0, 0.5], [5.0, 0.5]])

    @billed("rerank", "jina-reranker-v2-base-multilingual")
    def call_rerank(self):
        reply = self.post("/jina_ai/v1/rerank", {**ASKED, "model": "jina-reranker-v2-base-multilingual"})
        same([one["index"] for one in reply["results"]], [2, 1])

    @billed("rerank", "jina-rerank-of-the-root")
    def call_rerank_of_the_root(self):
        reply = self.post("/v1/rerank", {**ASKED, "model": "jina-rerank-of-the-root"})
        same([one["index"] for one in reply["results"]], [2, 1])


ASKED = {"query": "two", "documents": ["one", "two", "three"], "top_n": 2}
