from botocore.exceptions import ClientError
from langchain_aws import ChatBedrockConverse
from pydantic import SecretStr

from asked import same
from billed import billed

CLAUDE = "anthropic.claude-3-5-sonnet-20240620-v1:0"
NOVA = "amazon.nova-pro-v1:0"


class Client:
    PACKAGE = "langchain-aws"
    ERRORS = {status: ClientError for status in (401, 404, 429, 500)}

    def __init__(self, url, key):
        # The virtual key in the place of the access key.
        self.options = {
            "endpoint_url": f"{url}/bedrock",
            "region_name": "us-east-1",
            "aws_access_key_id": SecretStr(key),
            "aws_secret_access_key": SecretStr("not used"),
            "max_retries": 1,
        }

    def chat(self, model):
        return ChatBedrockConverse(model=model, **self.options)

    @staticmethod
    def told(raised):
        said = raised.response
        return said["ResponseMetadata"]["HTTPStatusCode"], said["Error"]["Message"]

    def say(self, text):
        return self.chat(CLAUDE).invoke(text)

    @billed("chat", CLAUDE, 10, 4)
    def call_invoke(self):
        reply = self.say("hi")
        same((reply.text, reply.usage_metadata["input_tokens"]), ("vendor says hi", 10))

    @billed("chat", NOVA, 10, 4)
    def stream_invoke(self):
        same("".join(chunk.text for chunk in self.chat(NOVA).stream("hi")), "vendor says hi")
