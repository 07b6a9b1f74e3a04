"""Google's library as it speaks to Vertex AI: with a key of express mode, and with a project and a token."""

from google import genai
from google.auth.credentials import Credentials
from google.genai import errors

from asked import same
from billed import billed

FLASH = "gemini-2.5-flash"
PRO = "gemini-2.5-pro"


class Token(Credentials):
    """The gateway's key, where a token of Google's stands."""

    def __init__(self, key):
        super().__init__()
        self.token = key

    def refresh(self, request):
        raise AssertionError("the token is not refreshed")


class Client:
    PACKAGE = "google-genai"
    ERRORS = {status: errors.ClientError for status in (401, 404, 429)} | {500: errors.ServerError}

    def __init__(self, url, key):
        options = {"vertexai": True, "http_options": {"base_url": f"{url}/vertex_ai"}}
        self.client = genai.Client(**options, project="acme", location="us-central1", credentials=Token(key))
        self.express = genai.Client(**options, api_key=key)

    @staticmethod
    def told(raised):
        return raised.code, str(raised)

    def say(self, text):
        return self.client.models.generate_content(model=FLASH, contents=text)

    @billed("chat", FLASH, 10, 4)
    def call_generate_content(self):
        same(self.say("hi").text, "vendor says hi")

    @billed("chat", PRO, 10, 4)
    def stream_generate_content(self):
        chunks = list(self.client.models.generate_content_stream(model=PRO, contents="hi"))
        same("".join(chunk.text or "" for chunk in chunks), "vendor says hi")

    @billed("chat", "gemini-2.5-flash-lite", 10, 4)
    def call_with_an_express_key(self):
        reply = self.express.models.generate_content(model="gemini-2.5-flash-lite", contents="hi")
        same(reply.text, "vendor says hi")

    @billed("count_tokens", FLASH, free=True)
    def call_count_tokens(self):
        same(self.client.models.count_tokens(model=FLASH, contents="hi").total_tokens, 42)

    @billed("embedding", "text-embedding-005", 6, 0)
    def call_embed_content(self):
        self.embed("text-embedding-005")

    @billed("embedding", "gemini-embedding-001")
    def call_embed_contents_in_a_batch(self):
        self.embed("gemini-embedding-001")

    def embed(self, model):
        reply = self.client.models.embed_content(model=model, contents=["one", "three"])
        same([one.values for one in reply.embeddings], [[3.0, 0.5], [5.0, 0.5]])

    @billed("image_generation", "imagen-3.0-generate-002", free=True)
    def call_imagen(self):
        reply = self.client.models.generate_images(
            model="imagen-3.0-generate-002", prompt="a cat", config={"number_of_images": 2}
        )
        same([one.image.image_bytes for one in reply.generated_images], [b"image", b"image"])
