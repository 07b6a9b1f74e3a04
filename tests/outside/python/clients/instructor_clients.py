import anthropic
import instructor
import openai
from instructor.core import InstructorRetryException

from asked import *
from clients import openai_chat


class Client:
    PACKAGE = "instructor"
    ERRORS = {status: (kind, InstructorRetryException) for status, kind in openai_chat.Client.ERRORS.items()}

    def __init__(self, url, key):
        self.openai = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)
        self.anthropic = anthropic.Anthropic(base_url=url, api_key=key, max_retries=0)

    def ask(self, client, model, text="answer", **more):
        messages = [{"role": "user", "content": text}]
        return client.chat.completions.create(model=model, messages=messages, response_model=Answer, max_retries=1, **more)

    def say(self, model, text):
        return self.ask(instructor.from_openai(self.openai, mode=instructor.Mode.TOOLS), model, text)

    def structured_tools(self, model):
        same(self.say(model, "answer").model_dump(), ANSWER.model_dump())

    def structured_json_schema(self, model):
        same(self.ask(instructor.from_openai(self.openai, mode=instructor.Mode.JSON_SCHEMA), model).model_dump(), ANSWER.model_dump())

    def structured_partial(self, model):
        client = instructor.from_openai(self.openai, mode=instructor.Mode.TOOLS)
        messages = [{"role": "user", "content": "answer"}]
        last = list(client.create_partial(model=model, messages=messages, response_model=Answer))[-1]
        same(last.model_dump(), ANSWER.model_dump())

    def structured_anthropic(self, model):
        client = instructor.from_anthropic(self.anthropic, mode=instructor.Mode.ANTHROPIC_TOOLS)
        same(self.ask(client, model, max_tokens=1000).model_dump(), ANSWER.model_dump())
