import json

import openai

from asked import *


class Client:
    PACKAGE = "openai"
    ERRORS = {
        400: openai.BadRequestError,
        401: openai.AuthenticationError,
        403: openai.PermissionDeniedError,
        429: openai.RateLimitError,
        500: openai.InternalServerError,
    }
    TOOLS = [{"type": "function", "function": {"name": TOOL, "description": TOOL_ABOUT, "parameters": TOOL_SCHEMA}}]

    def __init__(self, url, key):
        self.client = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)

    def say(self, model, text):
        return self.client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])

    def chat(self, model):
        reply = self.say(model, GREETING)
        same(reply.choices[0].message.content, GREETED)
        same(reply.choices[0].finish_reason, "stop")
        same((reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens), (10, 4, 14))

    def chat_system(self, model):
        messages = [
            {"role": "developer", "content": "be brief"},
            {"role": "user", "content": [{"type": "text", "text": GREETING}], "name": "anna"},
        ]
        reply = self.client.chat.completions.create(
            model=model, messages=messages, temperature=0.2, top_p=0.9, max_completion_tokens=100, user="u1", stop=["END"]
        )
        same(reply.choices[0].message.content, GREETED)

    def stream(self, model):
        text, usage, stops = "", None, []
        for chunk in self.client.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": GREETING}],
            stream=True,
            stream_options={"include_usage": True},
        ):
            usage = chunk.usage or usage
            for choice in chunk.choices:
                text += choice.delta.content or ""
                stops += [choice.finish_reason] if choice.finish_reason else []
        same((text, stops), (GREETED, ["stop"]))
        same((usage.prompt_tokens, usage.completion_tokens), (10, 4))

    def stream_helper(self, model):
        with self.client.chat.completions.stream(model=model, messages=[{"role": "user", "content": GREETING}]) as stream:
            kinds = {event.type for event in stream}
            same(stream.get_final_completion().choices[0].message.content, GREETED)
        assert {"chunk", "content.delta", "content.done"} <= kinds, kinds

    def tools(self, model):
        messages = [{"role": "user", "content": TOOL_QUESTION}]
        first = self.client.chat.completions.create(model=model, messages=messages, tools=self.TOOLS, parallel_tool_calls=False)
        same(first.choices[0].finish_reason, "tool_calls")
        self.second_turn(model, messages, first.choices[0].message)

    def tools_streamed(self, model):
        messages = [{"role": "user", "content": TOOL_QUESTION}]
        with self.client.chat.completions.stream(model=model, messages=messages, tools=self.TOOLS) as stream:
            for _ in stream:
                pass
            message = stream.get_final_completion().choices[0].message
        self.second_turn(model, messages, message)

    def second_turn(self, model, messages, message):
        [call] = message.tool_calls
        same((call.function.name, json.loads(call.function.arguments)), (TOOL, TOOL_INPUT))
        result = {"role": "tool", "tool_call_id": call.id, "content": TOOL_ANSWER}
        reply = self.client.chat.completions.create(model=model, messages=[*messages, message, result], tools=self.TOOLS)
        same(reply.choices[0].message.content, TOOL_SAID)

    def structured(self, model):
        reply = self.client.chat.completions.parse(
            model=model, messages=[{"role": "user", "content": "answer"}], response_format=Answer
        )
        same(reply.choices[0].message.parsed, ANSWER)

    def structured_streamed(self, model):
        with self.client.chat.completions.stream(
            model=model, messages=[{"role": "user", "content": "answer"}], response_format=Answer
        ) as stream:
            same(stream.get_final_completion().choices[0].message.parsed, ANSWER)

    def embeddings(self, model):
        reply = self.client.embeddings.create(model=model, input=TEXTS)
        same([one.embedding for one in reply.data], VECTORS)

    def embeddings_as_floats(self, model):
        reply = self.client.embeddings.create(model=model, input="one", encoding_format="float")
        same(reply.data[0].embedding, VECTORS[0])

    def also_list_models(self):
        listed = {model.id for model in self.client.models.list()}
        assert {"chat", "claude", "gemini"} <= listed, listed
        same(self.client.models.retrieve("claude").id, "claude")

    def also_text_completion(self):
        reply = self.client.completions.create(model="openai", prompt="once")
        same(reply.choices[0].text, "echo: once")

    async def also_async(self):
        async with openai.AsyncOpenAI(base_url=str(self.client.base_url), api_key=self.client.api_key) as client:
            reply = await client.chat.completions.create(model="gemini", messages=[{"role": "user", "content": GREETING}])
            same(reply.choices[0].message.content, GREETED)

    def also_azure(self):
        client = openai.AzureOpenAI(
            azure_endpoint=str(self.client.base_url).removesuffix("/v1/"), api_key=self.client.api_key, api_version="2024-10-21"
        )
        for model in ("chat", "claude"):
            reply = client.chat.completions.create(model=model, messages=[{"role": "user", "content": GREETING}])
            same(reply.choices[0].message.content, GREETED)

    def also_raw_headers(self):
        raw = self.client.chat.completions.with_raw_response.create(model="claude", messages=[{"role": "user", "content": "x"}])
        assert raw.request_id, "no x-request-id"
        assert raw.headers["x-litellm-call-id"], raw.headers
