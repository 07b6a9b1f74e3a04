from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError

from asked import same
from billed import billed

HI = [{"role": "user", "content": "hi"}]
MODEL = "meta-llama/Llama-3.1-8B-Instruct"


class Client:
    PACKAGE = "huggingface-hub"
    ERRORS = {status: HfHubHTTPError for status in (401, 404, 429, 500)}

    def __init__(self, url, key):
        self.url, self.key = url, key
        self.client = InferenceClient(base_url=f"{url}/huggingface/v1", api_key=key)
        self.root = InferenceClient(base_url=f"{url}/v1", api_key=key)

    @staticmethod
    def told(raised):
        return raised.response.status_code, str(raised) + raised.response.text

    def say(self, text):
        return self.client.chat_completion(model=MODEL, messages=[{"role": "user", "content": text}])

    @billed("chat", MODEL, 10, 4, free=True)
    def call_chat(self):
        reply = self.say("hi")
        same((reply.choices[0].message.content, reply.usage.completion_tokens), ("vendor says hi", 4))

    @billed("chat", "hugging-of-the-root", 10, 4)
    def call_chat_of_the_root(self):
        reply = self.root.chat_completion(model="hugging-of-the-root", messages=HI)
        same(reply.choices[0].message.content, "vendor says hi")

    @billed("chat", MODEL, 10, 4, free=True)
    def stream_chat(self):
        chunks = list(self.client.chat_completion(model=MODEL, messages=HI, stream=True, stream_options={"include_usage": True}))
        same("".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices), "vendor says hi")

    @billed("chat", "hugging-of-the-root", 10, 4)
    def stream_chat_of_the_root(self):
        chunks = list(self.root.chat_completion(model="hugging-of-the-root", messages=HI, stream=True))
        same("".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices), "vendor says hi")

    def call_feature_extraction(self):
        at = f"{self.url}/huggingface/hf-inference/models/BAAI/bge-small-en-v1.5/pipeline/feature-extraction"
        same(InferenceClient(model=at, api_key=self.key).feature_extraction("one").tolist(), [3.0, 0.5])
