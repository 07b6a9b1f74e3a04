from pydantic_ai import Agent, NativeOutput, ToolOutput
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from asked import *


class Client:
    PACKAGE = "pydantic-ai-slim"
    ERRORS = {status: ModelHTTPError for status in (400, 401, 403, 429, 500)}

    def __init__(self, url, key):
        openai = OpenAIProvider(base_url=f"{url}/v1", api_key=key)
        openai.client.max_retries = 0
        anthropic = AnthropicProvider(base_url=url, api_key=key)
        anthropic.client.max_retries = 0
        self.ways = [
            lambda model: OpenAIChatModel(model, provider=openai),
            lambda model: OpenAIResponsesModel(model, provider=openai),
            lambda model: AnthropicModel(model, provider=anthropic),
        ]

    def agent(self, way, model, **more):
        return Agent(self.ways[way](model), retries=0, **more)

    async def say(self, model, text):
        return await self.agent(0, model).run(text)

    async def chat(self, model):
        for way in range(3):
            result = await self.agent(way, model, system_prompt="be brief").run(GREETING)
            same((result.output, result.usage.input_tokens, result.usage.output_tokens), (GREETED, 10, 4))

    async def stream(self, model):
        for way in range(3):
            async with self.agent(way, model).run_stream(GREETING) as result:
                same(await result.get_output(), GREETED)

    async def tools(self, model):
        for way in range(3):
            same((await self.with_tool(way, model).run(TOOL_QUESTION)).output, TOOL_SAID)

    async def tools_streamed(self, model):
        for way in range(3):
            async with self.with_tool(way, model).run_stream(TOOL_QUESTION) as result:
                same(await result.get_output(), TOOL_SAID)

    def with_tool(self, way, model):
        agent = self.agent(way, model)

        @agent.tool_plain
        def get_weather(city: str, days: int) -> str:
            """The weather of the days to come."""
            same({"city": city, "days": days}, TOOL_INPUT)
            return TOOL_ANSWER

        return agent

    async def structured_native(self, model):
        for way in range(2):
            same((await self.agent(way, model, output_type=NativeOutput(Answer)).run("answer")).output, ANSWER)

    async def structured_by_tool(self, model):
        for way in range(3):
            output = ToolOutput(Answer, name="final")
            same((await self.agent(way, model, output_type=output).run(f"call final {ANSWER_JSON}")).output, ANSWER)
