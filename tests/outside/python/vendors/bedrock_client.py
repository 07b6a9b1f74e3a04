import json

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from asked import same
from billed import billed

CLAUDE = "anthropic.claude-3-5-sonnet-20240620-v1:0"
NOVA = "amazon.nova-pro-v1:0"
NAMED = "us.anthropic.claude-3-5-haiku-20241022-v1:0"
LLAMA = "meta.llama3-70b-instruct-v1:0"
TITAN = "amazon.titan-embed-text-v2:0"
HI = [{"role": "user", "content": [{"text": "hi"}]}]
MESSAGE = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 64, "messages": [{"role": "user", "content": "hi"}]}


class Client:
    PACKAGE = "boto3"
    ERRORS = {status: ClientError for status in (401, 404, 429, 500)}

    def __init__(self, url, key):
        self.options = {
            "service_name": "bedrock-runtime",
            "region_name": "us-east-1",
            "endpoint_url": f"{url}/bedrock",
            "config": Config(retries={"total_max_attempts": 1}),
        }
        # The virtual key in the place of the access key.
        self.client = boto3.client(**self.options, aws_access_key_id=key, aws_secret_access_key="not used")
        self.key = key

    @staticmethod
    def told(raised):
        said = raised.response
        same(said["Error"]["Code"] in CODES, True)
        return said["ResponseMetadata"]["HTTPStatusCode"], said["Error"]["Message"]

    def say(self, text):
        return self.client.converse(modelId=CLAUDE, messages=[{"role": "user", "content": [{"text": text}]}])

    @billed("chat", CLAUDE, 10, 4)
    def call_converse(self):
        reply = self.say("hi")
        same((reply["output"]["message"]["content"], reply["stopReason"]), ([{"text": "vendor says hi"}], "end_turn"))
        same(reply["usage"]["inputTokens"], 10)

    @billed("chat", NOVA, 10, 4)
    def stream_converse(self):
        events = list(self.client.converse_stream(modelId=NOVA, messages=HI)["stream"])
        text = "".join(event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event)
        same((text, events[-1]["metadata"]["usage"]["outputTokens"]), ("vendor says hi", 4))

    @billed("chat", NAMED, 10, 4)
    def call_invoke_model(self):
        reply = self.client.invoke_model(modelId=NAMED, body=json.dumps(MESSAGE))
        same(json.load(reply["body"])["content"][0]["text"], "vendor says hi")

    @billed("chat", "anthropic.claude-sonnet-4-5-20250929-v1:0", 10, 4)
    def stream_invoke_model(self):
        reply = self.client.invoke_model_with_response_stream(
            modelId="anthropic.claude-sonnet-4-5-20250929-v1:0", body=json.dumps(MESSAGE)
        )
        events = [json.loads(event["chunk"]["bytes"]) for event in reply["body"]]
        text = "".join(event["delta"]["text"] for event in events if event["type"] == "content_block_delta")
        same((text, events[-1]["type"]), ("vendor says hi", "message_stop"))

    @billed("chat", LLAMA, 10, 4)
    def call_invoke_llama(self):
        reply = self.client.invoke_model(modelId=LLAMA, body=json.dumps({"prompt": "hi", "max_gen_len": 64}))
        same(json.load(reply["body"])["generation"], "vendor says hi")

    @billed("embedding", TITAN, 3, 0)
    def call_invoke_embedding(self):
        reply = self.client.invoke_model(modelId=TITAN, body=json.dumps({"inputText": "one"}))
        same(json.load(reply["body"])["embedding"], [3.0, 0.5])

    @billed("chat", CLAUDE, 10, 4)
    def call_with_a_header(self):
        """Credentials that are nobody's; the key stands in a header (a bearer is sent by HTTPS alone)."""
        client = boto3.client(**self.options, aws_access_key_id="nobody", aws_secret_access_key="nothing")
        named = {"x-litellm-api-key": self.key}
        client.meta.events.register("before-send", lambda request, **_: request.headers.update(named))
        same(client.converse(modelId=CLAUDE, messages=HI)["stopReason"], "end_turn")


CODES = {
    "UnrecognizedClientException",
    "ResourceNotFoundException",
    "ThrottlingException",
    "InternalServerException",
}
