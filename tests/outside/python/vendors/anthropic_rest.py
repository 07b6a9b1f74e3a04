"""What Anthropic's library does besides messages, passed through, and the counting of tokens on the gateway's own route."""

import time

import anthropic

from asked import same
from billed import billed

HI = [{"role": "user", "content": "hi"}]
SONNET = "claude-sonnet-4-5"


class Client:
    PACKAGE = "anthropic"
    ERRORS = {
        401: anthropic.AuthenticationError,
        404: anthropic.NotFoundError,
        429: anthropic.RateLimitError,
        500: anthropic.InternalServerError,
    }

    def __init__(self, url, key):
        self.client = anthropic.Anthropic(base_url=f"{url}/anthropic", api_key=key, max_retries=0)
        self.root = anthropic.Anthropic(base_url=url, api_key=key, max_retries=0)

    def say(self, text):
        return self.client.messages.create(model=SONNET, max_tokens=64, messages=[{"role": "user", "content": text}])

    @billed("chat", SONNET, 10, 4)
    def call_messages(self):
        same(self.say("hi").content[0].text, "vendor says hi")

    @billed("chat", "claude-haiku-4-5", 10, 4)
    def stream_messages(self):
        with self.client.messages.stream(model="claude-haiku-4-5", max_tokens=64, messages=HI) as stream:
            same(stream.get_final_message().content[0].text, "vendor says hi")

    @billed("count_tokens", SONNET, free=True)
    def call_count_tokens(self):
        same(self.client.messages.count_tokens(model=SONNET, messages=HI).input_tokens, 42)

    def call_count_tokens_of_the_root(self):
        same(self.root.messages.count_tokens(model="claude", messages=HI).input_tokens, 42)

    def call_files(self):
        self.files(self.client.beta.files)

    def files(self, files):
        made = files.upload(file=("a.txt", b"some text", "text/plain"))
        same((made.type, made.filename, made.size_bytes), ("file", "a.txt", 9))
        same(files.retrieve_metadata(made.id).mime_type, "text/plain")
        same(files.download(made.id).read(), b"some text")
        assert made.id in [one.id for one in files.list()]
        same(files.delete(made.id).type, "file_deleted")

    def call_batches(self):
        self.batches(self.client.messages.batches)

    def call_batches_of_the_root(self):
        self.batches(self.root.messages.batches)

    def batches(self, batches):
        params = {"model": "claude", "max_tokens": 64, "messages": HI}
        batch = batches.create(requests=[{"custom_id": "one", "params": params}])
        same((batch.type, batch.id in [one.id for one in batches.list()]), ("message_batch", True))
        until = time.monotonic() + 60
        while batches.retrieve(batch.id).processing_status != "ended" and time.monotonic() < until:
            time.sleep(0.5)
        [result] = batches.results(batch.id)
        same((result.custom_id, result.result.message.content[0].text), ("one", "vendor says hi"))

    def call_models(self):
        same([model.id for model in self.client.models.list()], [SONNET])
