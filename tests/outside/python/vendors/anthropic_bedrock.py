"""Anthropic's library as it speaks to Bedrock, in each way in which it can send a key."""

import anthropic

from asked import same
from billed import billed

CLAUDE = "anthropic.claude-3-5-sonnet-20240620-v1:0"
NAMED = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
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
        self.options = {"base_url": f"{url}/bedrock", "aws_region": "us-east-1", "max_retries": 0}
        self.client = anthropic.AnthropicBedrock(**self.options, api_key=key)
        self.key = key

    def say(self, text, client=None, model=CLAUDE):
        messages = [{"role": "user", "content": text}]
        return (client or self.client).messages.create(model=model, max_tokens=64, messages=messages)

    @billed("chat", CLAUDE, 10, 4)
    def call_messages(self):
        same(self.say("hi").content[0].text, "vendor says hi")

    @billed("chat", NAMED, 10, 4)
    def stream_messages(self):
        with self.client.messages.stream(model=NAMED, max_tokens=64, messages=HI) as stream:
            same(stream.get_final_message().content[0].text, "vendor says hi")

    @billed("chat", "anthropic.claude-opus-4-5-20251101-v1:0", 10, 4)
    def call_with_beta_flags(self):
        reply = self.client.beta.messages.create(
            model="anthropic.claude-opus-4-5-20251101-v1:0", max_tokens=64, messages=HI, betas=["context-1m-2025-08-07"]
        )
        same(reply.content[0].text, "vendor says hi")

    @billed("chat", "us.anthropic.claude-3-5-haiku-20241022-v1:0", 10, 4)
    def call_with_the_key_as_access_key(self):
        client = anthropic.AnthropicBedrock(**self.options, aws_access_key=self.key, aws_secret_key="not used")
        reply = self.say("hi", client, "us.anthropic.claude-3-5-haiku-20241022-v1:0")
        same(reply.content[0].text, "vendor says hi")

    @billed("chat", "us.anthropic.claude-opus-4-1-20250805-v1:0", 10, 4)
    def call_with_a_header(self):
        """Credentials that are nobody's; the key stands in a header of the gateway's own."""
        named = {"x-litellm-api-key": self.key}
        client = anthropic.AnthropicBedrock(
            **self.options, aws_access_key="nobody", aws_secret_key="nothing", default_headers=named
        )
        same(self.say("hi", client, "us.anthropic.claude-opus-4-1-20250805-v1:0").stop_reason, "end_turn")
