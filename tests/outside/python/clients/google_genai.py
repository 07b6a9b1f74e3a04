from google import genai
from google.genai import errors, types

from asked import *


def get_weather(city: str, days: int) -> str:
    """The weather of the days to come."""
    same({"city": city, "days": days}, TOOL_INPUT)
    return TOOL_ANSWER


class Client:
    PACKAGE = "google-genai"
    ERRORS = {status: errors.ClientError for status in (400, 401, 403, 429)} | {500: errors.ServerError}
    DECLARED = types.Tool(
        function_declarations=[
            types.FunctionDeclaration(name=TOOL, description=TOOL_ABOUT, parameters_json_schema=TOOL_SCHEMA)
        ]
    )

    def __init__(self, url, key):
        self.options = {"api_key": key, "http_options": {"base_url": url}}
        self.client = genai.Client(**self.options)

    def say(self, model, text):
        return self.client.models.generate_content(model=model, contents=text)

    def chat(self, model):
        reply = self.say(model, GREETING)
        same((reply.text, reply.candidates[0].finish_reason.name), (GREETED, "STOP"))
        same((reply.usage_metadata.prompt_token_count, reply.usage_metadata.candidates_token_count), (10, 4))

    def chat_configured(self, model):
        config = types.GenerateContentConfig(
            system_instruction="be brief",
            temperature=0.2,
            top_p=0.9,
            max_output_tokens=100,
            stop_sequences=["END"],
            thinking_config=types.ThinkingConfig(include_thoughts=True),
            safety_settings=[types.SafetySetting(category="HARM_CATEGORY_HARASSMENT", threshold="BLOCK_NONE")],
        )
        same(self.client.models.generate_content(model=model, contents=GREETING, config=config).text, GREETED)

    def chat_v1(self, model):
        client = genai.Client(
            api_key=self.options["api_key"], http_options={**self.options["http_options"], "api_version": "v1"}
        )
        same(client.models.generate_content(model=model, contents=GREETING).text, GREETED)

    def chat_session(self, model):
        chat = self.client.chats.create(model=model)
        same(chat.send_message("hi").text, "echo: hi")
        same("".join(chunk.text or "" for chunk in chat.send_message_stream(GREETING)), GREETED)

    def stream(self, model):
        chunks = list(self.client.models.generate_content_stream(model=model, contents=GREETING))
        same("".join(chunk.text or "" for chunk in chunks), GREETED)
        same(chunks[-1].usage_metadata.prompt_token_count, 10)

    def tools(self, model):
        config = types.GenerateContentConfig(tools=[self.DECLARED])
        self.second_turn(model, self.client.models.generate_content(model=model, contents=TOOL_QUESTION, config=config))

    def tools_automatic(self, model):
        config = types.GenerateContentConfig(tools=[get_weather])
        same(self.client.models.generate_content(model=model, contents=TOOL_QUESTION, config=config).text, TOOL_SAID)

    def tools_streamed(self, model):
        config = types.GenerateContentConfig(tools=[self.DECLARED])
        stream = self.client.models.generate_content_stream(model=model, contents=TOOL_QUESTION, config=config)
        self.second_turn(model, [chunk for chunk in stream if chunk.function_calls][0])

    def second_turn(self, model, first):
        [call] = first.function_calls
        same((call.name, call.args), (TOOL, TOOL_INPUT))
        response = types.FunctionResponse(id=call.id, name=call.name, response={"result": TOOL_ANSWER})
        contents = [
            types.UserContent(TOOL_QUESTION),
            first.candidates[0].content,
            types.Content(role="user", parts=[types.Part(function_response=response)]),
        ]
        config = types.GenerateContentConfig(tools=[self.DECLARED])
        same(self.client.models.generate_content(model=model, contents=contents, config=config).text, TOOL_SAID)

    def structured(self, model):
        config = {"response_mime_type": "application/json", "response_schema": Answer}
        same(self.client.models.generate_content(model=model, contents="answer", config=config).parsed, ANSWER)

    def structured_json_schema(self, model):
        config = {"response_mime_type": "application/json", "response_json_schema": ANSWER_SCHEMA}
        reply = self.client.models.generate_content(model=model, contents="answer", config=config)
        same(Answer.model_validate_json(reply.text), ANSWER)

    def also_count_tokens(self):
        for model in ("gemini", "claude"):
            assert self.client.models.count_tokens(model=model, contents=GREETING).total_tokens > 0

    async def also_async(self):
        stream = await self.client.aio.models.generate_content_stream(model="claude", contents=GREETING)
        same("".join([chunk.text or "" async for chunk in stream]), GREETED)
