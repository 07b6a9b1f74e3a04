import anthropic
from langchain_anthropic import ChatAnthropic

from asked import same
from billed import billed


class Client:
    PACKAGE = "langchain-anthropic"
    ERRORS = {
        401: anthropic.AuthenticationError,
        404: anthropic.NotFoundError,
        429: anthropic.RateLimitError,
        500: anthropic.InternalServerError,
    }

    def __init__(self, url, key):
        self.passing = {"base_url": f"{url}/anthropic", "api_key": key, "max_retries": 0}
        self.root = {**self.passing, "base_url": url}

    def say(self, text, model="claude-sonnet-4-5", options=None):
        return ChatAnthropic(model=model, **(options or self.passing)).invoke(text)

    @billed("chat", "claude-sonnet-4-5", 10, 4)
    def call_invoke(self):
        reply = self.say("hi")
        same((reply.text, reply.usage_metadata["output_tokens"]), ("vendor says hi", 4))

    @billed("chat", "claude", 10, 4)
    def call_invoke_of_the_root(self):
        same(self.say("hi", "claude", self.root).text, "vendor says hi")

    @billed("chat", "claude-haiku-4-5", 10, 4)
    def stream_invoke(self):
        chunks = ChatAnthropic(model="claude-haiku-4-5", **self.passing).stream("hi")
        same("".join(chunk.text for chunk in chunks), "vendor says hi")
