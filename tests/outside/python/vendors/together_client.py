import together

from asked import same
from billed import billed

HI = [{"role": "user", "content": "hi"}]
MODEL = "meta-llama/Llama-3.3-70B-Instruct-Turbo"


class Client:
    PACKAGE = "together"
    ERRORS = {
        401: together.AuthenticationError,
        404: together.NotFoundError,
        429: together.RateLimitError,
        500: together.InternalServerError,
    }

    def __init__(self, url, key):
        self.client = together.Together(base_url=f"{url}/together_ai", api_key=key, max_retries=0)
        self.root = together.Together(base_url=url, api_key=key, max_retries=0)

    def say(self, text):
        return self.client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": text}])

    @billed("chat", MODEL, 10, 4)
    def call_chat(self):
        reply = self.say("hi")
        same((reply.choices[0].message.content, reply.usage.completion_tokens), ("vendor says hi", 4))

    @billed("chat", "together-of-the-root", 10, 4)
    def call_chat_of_the_root(self):
        reply = self.root.chat.completions.create(model="together-of-the-root", messages=HI)
        same(reply.choices[0].message.content, "vendor says hi")

    @billed("chat", "deepseek-ai/DeepSeek-V3", 10, 4)
    def stream_chat(self):
        chunks = self.client.chat.completions.create(model="deepseek-ai/DeepSeek-V3", messages=HI, stream=True)
        same("".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices), "vendor says hi")

    @billed("embedding", "BAAI/bge-base-en-v1.5", 6, 0)
    def call_embeddings(self):
        reply = self.client.embeddings.create(model="BAAI/bge-base-en-v1.5", input=["one", "three"])
        same([one.embedding for one in reply.data], [[3.0, 0.5], [5.0, 0.5]])

    @billed("image_generation", "black-forest-labs/FLUX.1-schnell", free=True)
    def call_images(self):
        reply = self.client.images.generate(model="black-forest-labs/FLUX.1-schnell", prompt="a house", width=1024, height=1024)
        same(reply.data[0].url, "https://example.com/a-house.png")

    @billed("rerank", "Salesforce/Llama-Rank-V1", free=True)
    def call_rerank(self):
        reply = self.client.rerank.create(model="Salesforce/Llama-Rank-V1", query="two", documents=["one", "two", "three"])
        same([one.index for one in reply.results], [2, 1])
