import ollama

from asked import same
from billed import billed

HI = [{"role": "user", "content": "hi"}]


class Client:
    PACKAGE = "ollama"
    ERRORS = {status: ollama.ResponseError for status in (401, 404, 429, 500)}

    def __init__(self, url, key):
        self.client = ollama.Client(host=f"{url}/ollama", headers={"Authorization": f"Bearer {key}"})

    def say(self, text):
        return self.client.chat(model="llama3.1", messages=[{"role": "user", "content": text}])

    @billed("chat", "llama3.1", 10, 4, free=True)
    def call_chat(self):
        reply = self.say("hi")
        same((reply.message.content, reply.done_reason, reply.eval_count), ("vendor says hi", "stop", 4))

    @billed("chat", "llama3", 10, 4, free=True)
    def stream_chat(self):
        parts = list(self.client.chat(model="llama3", messages=HI, stream=True))
        same(("".join(part.message.content for part in parts), parts[-1].done), ("vendor says hi", True))

    @billed("chat", "mistral", 10, 4, free=True)
    def call_generate(self):
        same(self.client.generate(model="mistral", prompt="hi").response, "vendor says hi")

    @billed("chat", "codellama", 10, 4, free=True)
    def stream_generate(self):
        parts = list(self.client.generate(model="codellama", prompt="hi", stream=True))
        same("".join(part.response for part in parts), "vendor says hi")

    @billed("embedding", "nomic-embed-text", 6, 0, free=True)
    def call_embed(self):
        same(self.client.embed(model="nomic-embed-text", input=["one", "three"]).embeddings, [[3.0, 0.5], [5.0, 0.5]])

    def call_list(self):
        same([model.model for model in self.client.list().models], ["llama3.1:latest"])
