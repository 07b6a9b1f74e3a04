import json

import openai

from asked import *
from clients import openai_chat


class Client:
    PACKAGE = "openai"
    ERRORS = openai_chat.Client.ERRORS
    TOOLS = [{"type": "function", "name": TOOL, "description": TOOL_ABOUT, "parameters": TOOL_SCHEMA, "strict": True}]

    def __init__(self, url, key):
        self.client = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)

    def say(self, model, text):
        return self.client.responses.create(model=model, input=text)

    def chat(self, model):
        reply = self.say(model, GREETING)
        same((reply.output_text, reply.status), (GREETED, "completed"))
        same((reply.usage.input_tokens, reply.usage.output_tokens), (10, 4))

    def chat_continued(self, model):
        first = self.client.responses.create(model=model, instructions="be brief", input=[{"role": "user", "content": "hi"}])
        second = self.client.responses.create(model=model, input=GREETING, previous_response_id=first.id)
        same(second.output_text, GREETED)

    def stream(self, model):
        events = list(self.client.responses.create(model=model, input=GREETING, stream=True))
        same("".join(event.delta for event in events if event.type == "response.output_text.delta"), GREETED)
        same((events[0].type, events[-1].type), ("response.created", "response.completed"))
        same([event.sequence_number for event in events], list(range(len(events))))
        same(events[-1].response.usage.output_tokens, 4)

    def stream_helper(self, model):
        with self.client.responses.stream(model=model, input=GREETING) as stream:
            for _ in stream:
                pass
            same(stream.get_final_response().output_text, GREETED)

    def tools(self, model):
        self.second_turn(model, self.client.responses.create(model=model, input=TOOL_QUESTION, tools=self.TOOLS))

    def tools_streamed(self, model):
        with self.client.responses.stream(model=model, input=TOOL_QUESTION, tools=self.TOOLS) as stream:
            self.second_turn(model, stream.get_final_response())

    def tools_stored(self, model):
        first = self.client.responses.create(model=model, input=TOOL_QUESTION, tools=self.TOOLS)
        [call] = [item for item in first.output if item.type == "function_call"]
        result = {"type": "function_call_output", "call_id": call.call_id, "output": TOOL_ANSWER}
        second = self.client.responses.create(model=model, input=[result], tools=self.TOOLS, previous_response_id=first.id)
        same(second.output_text, TOOL_SAID)

    def second_turn(self, model, first):
        [call] = [item for item in first.output if item.type == "function_call"]
        same((call.name, json.loads(call.arguments)), (TOOL, TOOL_INPUT))
        question = {"role": "user", "content": TOOL_QUESTION}
        result = {"type": "function_call_output", "call_id": call.call_id, "output": TOOL_ANSWER}
        second = self.client.responses.create(model=model, input=[question, *first.output, result], tools=self.TOOLS, store=False)
        same(second.output_text, TOOL_SAID)

    def structured(self, model):
        same(self.client.responses.parse(model=model, input="answer", text_format=Answer).output_parsed, ANSWER)

    def structured_streamed(self, model):
        with self.client.responses.stream(model=model, input="answer", text_format=Answer) as stream:
            same(stream.get_final_response().output_parsed, ANSWER)

    def also_stored(self):
        made = self.client.responses.create(model="claude", input=GREETING)
        same(self.client.responses.retrieve(made.id).output_text, GREETED)
        self.client.responses.input_items.list(made.id)
        self.client.responses.delete(made.id)
        try:
            self.client.responses.retrieve(made.id)
        except openai.NotFoundError:
            return
        raise AssertionError("a deleted response is still there")
