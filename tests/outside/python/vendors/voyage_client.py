import voyageai
from voyageai import error

from asked import same
from billed import billed


class Client:
    PACKAGE = "voyageai"
    ERRORS = {
        401: error.AuthenticationError,
        404: error.APIError,
        429: error.RateLimitError,
        500: error.ServerError,
    }

    def __init__(self, url, key):
        self.client = voyageai.Client(api_key=key, base_url=f"{url}/voyage/v1")
        self.root = voyageai.Client(api_key=key, base_url=f"{url}/v1")

    @staticmethod
    def told(raised):
        # Of a 500 the library says its own words.
        return raised.http_status, raised.http_body or str(raised)

    def say(self, text):
        return self.client.embed([text], model="voyage-3.5")

    @billed("embedding", "voyage-3.5", 6, 0)
    def call_embed(self):
        reply = self.client.embed(["one", "three"], model="voyage-3.5", input_type="document")
        same((reply.embeddings, reply.total_tokens), ([[3.0, 0.5], [5.0, 0.5]], 6))

    @billed("embedding", "voyage-of-the-root", 6, 0)
    def call_embed_of_the_root(self):
        reply = self.root.embed(["one", "three"], model="voyage-of-the-root", input_type="document")
        same((reply.embeddings, reply.total_tokens), ([[3.0, 0.5], [5.0, 0.5]], 6))

    @billed("rerank", "rerank-2.5", 26, 0)
    def call_rerank(self):
        reply = self.client.rerank("two", ["one", "two", "three"], model="rerank-2.5", top_k=2)
        same([(one.index, one.relevance_score, one.document) for one in reply.results], [(2, 0.9, "three"), (1, 0.8, "two")])
        same(reply.total_tokens, 26)
