import cohere
from cohere import errors

from asked import same
from billed import billed

DOCUMENTS = ["one", "two", "three"]


class Client:
    PACKAGE = "cohere"
    ERRORS = {
        401: errors.UnauthorizedError,
        404: errors.NotFoundError,
        429: errors.TooManyRequestsError,
        500: errors.InternalServerError,
    }

    def __init__(self, url, key):
        self.url, self.key = url, key
        self.client = cohere.ClientV2(base_url=f"{url}/cohere", api_key=key, max_retries=0)
        self.older = cohere.Client(base_url=f"{url}/cohere", api_key=key, max_retries=0)

    def say(self, text):
        return self.client.chat(model="command-a-03-2025", messages=[{"role": "user", "content": text}])

    @billed("chat", "command-a-03-2025", 10, 4)
    def call_chat(self):
        reply = self.say("hi")
        same((reply.message.content[0].text, reply.finish_reason), ("vendor says hi", "COMPLETE"))
        same(reply.usage.tokens.input_tokens, 10)

    @billed("chat", "command-r-08-2024", 10, 4)
    def call_chat_of_version_1(self):
        reply = self.older.chat(model="command-r-08-2024", message="hi")
        same((reply.text, reply.meta.tokens.output_tokens), ("vendor says hi", 4))

    @billed("chat", "command-r-plus-08-2024", 10, 4)
    def stream_chat(self):
        events = list(self.client.chat_stream(model="command-r-plus-08-2024", messages=[{"role": "user", "content": "hi"}]))
        text = "".join(event.delta.message.content.text for event in events if event.type == "content-delta")
        same((text, events[-1].delta.finish_reason), ("vendor says hi", "COMPLETE"))

    @billed("chat", "command-r7b-12-2024", 10, 4)
    def stream_chat_of_version_1(self):
        events = list(self.older.chat_stream(model="command-r7b-12-2024", message="hi"))
        same("".join(event.text for event in events if event.event_type == "text-generation"), "vendor says hi")
        same(events[-1].response.meta.tokens.output_tokens, 4)

    @billed("embedding", "embed-v4.0", 6, 0)
    def call_embed(self):
        reply = self.client.embed(
            model="embed-v4.0", texts=["one", "three"], input_type="search_document", embedding_types=["float"]
        )
        same(reply.embeddings.float_, [[3.0, 0.5], [5.0, 0.5]])

    @billed("rerank", "rerank-v3.5")
    def call_rerank(self):
        reply = self.client.rerank(model="rerank-v3.5", query="two", documents=DOCUMENTS, top_n=2)
        same([(one.index, one.relevance_score) for one in reply.results], [(2, 0.9), (1, 0.8)])

    @billed("rerank", "cohere-rerank")
    def call_rerank_of_the_root(self):
        client = cohere.ClientV2(base_url=self.url, api_key=self.key, max_retries=0)
        reply = client.rerank(model="cohere-rerank", query="two", documents=DOCUMENTS, top_n=2)
        same([one.index for one in reply.results], [2, 1])

    def call_models(self):
        same([model.name for model in self.older.models.list().models], ["command-a-03-2025"])
