import anthropic

from asked import *


class Client:
    PACKAGE = "anthropic"
    ERRORS = {
        400: anthropic.BadRequestError,
        401: anthropic.AuthenticationError,
        403: anthropic.PermissionDeniedError,
        429: anthropic.RateLimitError,
        500: anthropic.InternalServerError,
    }
    TOOLS = [{"name": TOOL, "description": TOOL_ABOUT, "input_schema": TOOL_SCHEMA}]

    def __init__(self, url, key):
        self.client = anthropic.Anthropic(base_url=url, api_key=key, max_retries=0)

    def ask(self, model, text, **more):
        return {"model": model, "max_tokens": 1000, "messages": [{"role": "user", "content": text}], **more}

    def say(self, model, text):
        return self.client.messages.create(**self.ask(model, text))

    def chat(self, model):
        reply = self.say(model, GREETING)
        same(([block.text for block in reply.content], reply.stop_reason), ([GREETED], "end_turn"))
        same((reply.usage.input_tokens, reply.usage.output_tokens), (10, 4))

    def chat_cached(self, model):
        system = [{"type": "text", "text": "be brief", "cache_control": {"type": "ephemeral"}}]
        # What the newest models refuse is gone from the library's own parameters, but older ones take it.
        more = {"system": system, "stop_sequences": ["END"], "metadata": {"user_id": "u1"}, "extra_body": {"temperature": 0.2}}
        same(self.client.messages.create(**self.ask(model, GREETING, **more)).content[0].text, GREETED)

    def chat_thinking(self, model):
        thinking = {"type": "enabled", "budget_tokens": 1024}
        reply = self.client.messages.create(**{**self.ask(model, GREETING, thinking=thinking), "max_tokens": 4000})
        same(reply.content[-1].text, GREETED)
        messages = [
            {"role": "user", "content": GREETING},
            {"role": "assistant", "content": reply.content},
            {"role": "user", "content": "again"},
        ]
        again = self.client.messages.create(model=model, max_tokens=4000, thinking=thinking, messages=messages)
        same(again.content[-1].text, "echo: again")

    def chat_beta(self, model):
        reply = self.client.beta.messages.create(**self.ask(model, GREETING), betas=["context-1m-2025-08-07"])
        same(reply.content[0].text, GREETED)

    def stream(self, model):
        with self.client.messages.stream(**self.ask(model, GREETING)) as stream:
            same("".join(stream.text_stream), GREETED)
            final = stream.get_final_message()
        same((final.stop_reason, final.usage.input_tokens, final.usage.output_tokens), ("end_turn", 10, 4))

    def stream_raw(self, model):
        kinds = [event.type for event in self.client.messages.create(**self.ask(model, GREETING), stream=True)]
        same((kinds[0], kinds[-1]), ("message_start", "message_stop"))

    def tools(self, model):
        self.second_turn(model, self.client.messages.create(**self.ask(model, TOOL_QUESTION, tools=self.TOOLS)))

    def tools_streamed(self, model):
        with self.client.messages.stream(**self.ask(model, TOOL_QUESTION, tools=self.TOOLS)) as stream:
            self.second_turn(model, stream.get_final_message())

    def second_turn(self, model, first):
        same(first.stop_reason, "tool_use")
        [call] = [block for block in first.content if block.type == "tool_use"]
        same((call.name, call.input), (TOOL, TOOL_INPUT))
        result = {"type": "tool_result", "tool_use_id": call.id, "content": [{"type": "text", "text": TOOL_ANSWER}]}
        messages = [
            {"role": "user", "content": TOOL_QUESTION},
            {"role": "assistant", "content": first.content},
            {"role": "user", "content": [result]},
        ]
        reply = self.client.messages.create(model=model, max_tokens=100, messages=messages, tools=self.TOOLS)
        same(reply.content[0].text, TOOL_SAID)

    def structured(self, model):
        same(self.client.messages.parse(**self.ask(model, "answer"), output_format=Answer).parsed_output, ANSWER)

    def structured_streamed(self, model):
        with self.client.messages.stream(**self.ask(model, "answer"), output_format=Answer) as stream:
            same(stream.get_final_message().parsed_output, ANSWER)

    def structured_by_tool(self, model):
        choice = {"type": "tool", "name": "answer", "disable_parallel_tool_use": True}
        tools = [{"name": "answer", "input_schema": ANSWER_SCHEMA}]
        reply = self.client.messages.create(**self.ask(model, "answer", tools=tools, tool_choice=choice))
        same(Answer.model_validate(reply.content[0].input), ANSWER)

    def also_count_tokens(self):
        for model in ("claude", "chat", "gemini"):
            counted = self.client.messages.count_tokens(model=model, messages=[{"role": "user", "content": GREETING}])
            assert counted.input_tokens > 0

    def also_list_models(self):
        listed = {model.id for model in self.client.models.list()}
        assert "claude" in listed, listed
        same(self.client.models.retrieve("claude").id, "claude")

    async def also_async_bearer(self):
        async with anthropic.AsyncAnthropic(
            base_url=str(self.client.base_url), auth_token=self.client.api_key, api_key=None, max_retries=0
        ) as client:
            async with client.messages.stream(**self.ask("gemini", GREETING)) as stream:
                same((await stream.get_final_message()).content[0].text, GREETED)
