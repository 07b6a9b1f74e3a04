import json
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm

litellm.suppress_debug_info = True

from asked import *
from clients import openai_chat


class Client:
    PACKAGE = "litellm"
    ERRORS = {
        # An unknown model is a NotFoundError to it, by the code in the body, whatever the status.
        400: (litellm.BadRequestError, litellm.NotFoundError),
        401: litellm.AuthenticationError,
        # It has a PermissionDeniedError, but does not make one of a 403 of this provider.
        403: litellm.APIError,
        429: litellm.RateLimitError,
        500: litellm.InternalServerError,
    }

    def __init__(self, url, key):
        self.options = {"api_base": url, "api_key": key, "max_retries": 0}

    def ask(self, model, messages, **more):
        return litellm.completion(model=f"litellm_proxy/{model}", messages=messages, **self.options, **more)

    def say(self, model, text):
        return self.ask(model, [{"role": "user", "content": text}])

    def chat(self, model):
        reply = self.say(model, GREETING)
        same((reply.choices[0].message.content, reply.choices[0].finish_reason), (GREETED, "stop"))
        same((reply.usage.prompt_tokens, reply.usage.completion_tokens), (10, 4))

    def chat_by_responses(self, model):
        reply = litellm.responses(model=f"litellm_proxy/{model}", input=GREETING, **self.options)
        same(reply.output_text, GREETED)

    def stream(self, model):
        chunks = self.ask(model, [{"role": "user", "content": GREETING}], stream=True, stream_options={"include_usage": True})
        built = litellm.stream_chunk_builder(list(chunks))
        same((built.choices[0].message.content, built.usage.prompt_tokens), (GREETED, 10))

    def tools(self, model):
        messages = [{"role": "user", "content": TOOL_QUESTION}]
        first = self.ask(model, messages, tools=openai_chat.Client.TOOLS)
        same(first.choices[0].finish_reason, "tool_calls")
        self.second_turn(model, messages, first.choices[0].message)

    def tools_streamed(self, model):
        messages = [{"role": "user", "content": TOOL_QUESTION}]
        chunks = self.ask(model, messages, tools=openai_chat.Client.TOOLS, stream=True)
        self.second_turn(model, messages, litellm.stream_chunk_builder(list(chunks)).choices[0].message)

    def second_turn(self, model, messages, message):
        [call] = message.tool_calls
        same((call.function.name, json.loads(call.function.arguments)), (TOOL, TOOL_INPUT))
        result = {"role": "tool", "tool_call_id": call.id, "content": TOOL_ANSWER}
        reply = self.ask(model, [*messages, message.model_dump(), result], tools=openai_chat.Client.TOOLS)
        same(reply.choices[0].message.content, TOOL_SAID)

    def structured(self, model):
        reply = self.ask(model, [{"role": "user", "content": "answer"}], response_format=Answer)
        same(Answer.model_validate_json(reply.choices[0].message.content), ANSWER)

    def embeddings(self, model):
        reply = litellm.embedding(model=f"litellm_proxy/{model}", input=TEXTS, **self.options)
        same([one["embedding"] for one in reply.data], VECTORS)
