"""What Google's library does besides chats, passed through."""

import io

from google import genai
from google.genai import errors

from asked import same
from billed import billed

FLASH = "gemini-2.5-flash"


class Client:
    PACKAGE = "google-genai"
    ERRORS = {status: errors.ClientError for status in (401, 404, 429)} | {500: errors.ServerError}

    def __init__(self, url, key):
        self.client = genai.Client(api_key=key, http_options={"base_url": f"{url}/gemini"})

    @staticmethod
    def told(raised):
        return raised.code, str(raised)

    def say(self, text):
        return self.client.models.generate_content(model=FLASH, contents=text)

    @billed("chat", FLASH, 10, 4)
    def call_generate_content(self):
        same(self.say("hi").text, "vendor says hi")

    @billed("chat", "gemini-2.5-pro", 10, 4)
    def stream_generate_content(self):
        chunks = list(self.client.models.generate_content_stream(model="gemini-2.5-pro", contents="hi"))
        same("".join(chunk.text or "" for chunk in chunks), "vendor says hi")

    @billed("count_tokens", FLASH, free=True)
    def call_count_tokens(self):
        same(self.client.models.count_tokens(model=FLASH, contents="hi").total_tokens, 42)

    @billed("embedding", "gemini-embedding-001")
    def call_embed_content(self):
        reply = self.client.models.embed_content(model="gemini-embedding-001", contents=["one", "three"])
        same([one.values for one in reply.embeddings], [[3.0, 0.5], [5.0, 0.5]])

    def call_files(self):
        made = self.client.files.upload(file=io.BytesIO(b"some text"), config={"mime_type": "text/plain"})
        same((made.name, made.size_bytes), ("files/abc", 9))
        same(self.client.files.get(name=made.name).state.name, "ACTIVE")
        same([one.name for one in self.client.files.list()], ["files/abc"])
        self.client.files.delete(name=made.name)

    def call_caches(self):
        made = self.client.caches.create(model=FLASH, config={"contents": ["hi"]})
        same(made.name, "cachedContents/c1")

    def call_batches(self):
        requests = [{"contents": [{"parts": [{"text": "hi"}], "role": "user"}]}]
        made = self.client.batches.create(model=FLASH, src=requests)
        same(made.name, "batches/b1")
        same(self.client.batches.get(name=made.name).state.name, "JOB_STATE_PENDING")
