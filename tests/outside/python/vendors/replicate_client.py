import replicate
from replicate.exceptions import ReplicateError

from asked import same
from billed import billed

LLAMA = "meta/llama-2-70b-chat"


class Client:
    PACKAGE = "replicate"
    ERRORS = {status: ReplicateError for status in (401, 404, 429, 500)}

    def __init__(self, url, key):
        self.url = url
        self.client = replicate.Client(api_token=key, base_url=f"{url}/replicate")

    @staticmethod
    def told(raised):
        return raised.status, str(raised)

    def say(self, text):
        return self.client.models.predictions.create(LLAMA, input={"prompt": text})

    @billed("chat", LLAMA, 10, 4)
    def call_run(self):
        same("".join(self.client.run(LLAMA, input={"prompt": "hi"})), "vendor says hi")

    def call_prediction(self):
        prediction = self.client.predictions.create(version="a" * 64, input={"prompt": "hi"})
        same(prediction.status, "starting")
        same(prediction.urls["get"], f"{self.url}/replicate/v1/predictions/p1")
        prediction.wait()
        same((prediction.status, "".join(prediction.output)), ("succeeded", "vendor says hi"))

    def call_model(self):
        same(self.client.models.get(LLAMA).name, "llama-2-70b-chat")
