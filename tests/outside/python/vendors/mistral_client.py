from mistralai.client import Mistral
from mistralai.client.errors import SDKError

from asked import same
from billed import billed

HI = [{"role": "user", "content": "hi"}]


class Client:
    PACKAGE = "mistralai"
    ERRORS = {status: SDKError for status in (401, 404, 429, 500)}

    def __init__(self, url, key):
        self.client = Mistral(server_url=f"{url}/mistral", api_key=key)
        self.root = Mistral(server_url=url, api_key=key)

    def say(self, text):
        return self.client.chat.complete(model="mistral-small-latest", messages=[{"role": "user", "content": text}])

    @billed("chat", "mistral-small-latest", 10, 4)
    def call_chat(self):
        reply = self.say("hi")
        same((reply.choices[0].message.content, reply.choices[0].finish_reason), ("vendor says hi", "stop"))
        same((reply.usage.prompt_tokens, reply.usage.completion_tokens), (10, 4))

    @billed("chat", "mistral-of-the-root", 10, 4)
    def call_chat_of_the_root(self):
        same(self.root.chat.complete(model="mistral-of-the-root", messages=HI).choices[0].message.content, "vendor says hi")

    @billed("chat", "mistral-large-latest", 10, 4)
    def stream_chat(self):
        chunks = list(self.client.chat.stream(model="mistral-large-latest", messages=HI))
        same("".join(chunk.data.choices[0].delta.content or "" for chunk in chunks), "vendor says hi")
        same(chunks[-1].data.usage.completion_tokens, 4)

    @billed("chat", "mistral-of-the-root", 10, 4)
    def stream_chat_of_the_root(self):
        chunks = list(self.root.chat.stream(model="mistral-of-the-root", messages=HI))
        text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.data.choices)
        same(text, "vendor says hi")

    @billed("embedding", "mistral-embed", 6, 0)
    def call_embeddings(self):
        reply = self.client.embeddings.create(model="mistral-embed", inputs=["one", "three"])
        same([one.embedding for one in reply.data], [[3.0, 0.5], [5.0, 0.5]])

    @billed("embedding", "mistral-embed-of-the-root", 6, 0)
    def call_embeddings_of_the_root(self):
        reply = self.root.embeddings.create(model="mistral-embed-of-the-root", inputs=["one", "three"])
        same([one.embedding for one in reply.data], [[3.0, 0.5], [5.0, 0.5]])

    @billed("completion", "codestral-latest", 10, 4)
    def call_fim(self):
        reply = self.client.fim.complete(model="codestral-latest", prompt="def a(", suffix="return a")
        same(reply.choices[0].message.content, "vendor says def a(")

    @billed("completion", "codestral-2508", 10, 4)
    def stream_fim(self):
        chunks = list(self.client.fim.stream(model="codestral-2508", prompt="def a("))
        same("".join(chunk.data.choices[0].delta.content or "" for chunk in chunks), "vendor says def a(")

    @billed("ocr", "mistral-ocr-latest")
    def call_ocr(self):
        self.ocr(self.client, "mistral-ocr-latest")

    @billed("ocr", "mistral-ocr-of-the-root")
    def call_ocr_of_the_root(self):
        self.ocr(self.root, "mistral-ocr-of-the-root")

    def ocr(self, client, model):
        reply = client.ocr.process(model=model, document={"type": "document_url", "document_url": "https://example.com/a.pdf"})
        same((reply.pages[0].markdown, reply.usage_info.pages_processed), ("# Page", 1))

    def call_files(self):
        made = self.client.files.upload(file={"file_name": "a.pdf", "content": b"%PDF-1"}, purpose="ocr")
        same((made.filename, made.size_bytes), ("a.pdf", 6))
        same(self.client.files.retrieve(file_id=made.id).filename, "a.pdf")
        same(self.client.files.download(file_id=made.id).read(), b"%PDF-1")
        assert made.id in [one.id for one in self.client.files.list().data]
        assert self.client.files.delete(file_id=made.id).deleted

    @billed("moderation", "mistral-moderation-latest", free=True)
    def call_moderation(self):
        reply = self.client.classifiers.moderate(model="mistral-moderation-latest", inputs=["hi"])
        same(reply.results[0].categories, {"violence": False})

    def call_models(self):
        same([model.id for model in self.client.models.list().data], ["mistral-small-latest"])
