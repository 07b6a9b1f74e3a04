"""Anthropic's library as it speaks to Vertex AI."""

import anthropic

from asked import same
from billed import billed

SONNET = "claude-sonnet-4-5@20250929"
HAIKU = "claude-haiku-4-5@20251001"
HI = [{"role": "user", "content": "hi"}]


class Client:
    PACKAGE = "anthropic"
    ERRORS = {
        401: anthropic.AuthenticationError,
        404: anthropic.NotFoundError,
        429: anthropic.RateLimitError,
        500: anthropic.InternalServerError,
    }

    def __init__(self, url, key):
        self.options = {"project_id": "acme", "region": "us-east5", "max_retries": 0}
        self.client = anthropic.AnthropicVertex(**self.options, base_url=f"{url}/vertex_ai/v1", access_token=key)
        self.dashed = anthropic.AnthropicVertex(**self.options, base_url=f"{url}/vertex-ai/v1", access_token=key)

    def say(self, text):
        return self.client.messages.create(model=SONNET, max_tokens=64, messages=[{"role": "user", "content": text}])

    @billed("chat", SONNET, 10, 4)
    def call_messages(self):
        same(self.say("hi").content[0].text, "vendor says hi")

    @billed("chat", HAIKU, 10, 4)
    def stream_messages(self):
        with self.client.messages.stream(model=HAIKU, max_tokens=64, messages=HI) as stream:
            same(stream.get_final_message().content[0].text, "vendor says hi")

    @billed("count_tokens", SONNET, free=True)
    def call_count_tokens(self):
        same(self.client.messages.count_tokens(model=SONNET, messages=HI).input_tokens, 42)

    @billed("chat", "claude-opus-4-5@20251101", 10, 4)
    def call_with_the_other_prefix(self):
        reply = self.dashed.messages.create(model="claude-opus-4-5@20251101", max_tokens=64, messages=HI)
        same(reply.content[0].text, "vendor says hi")
