import openai
from agents import (
    Agent,
    ModelSettings,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)

from asked import *
from clients import openai_chat

set_tracing_disabled(True)


@function_tool
def get_weather(city: str, days: int) -> str:
    """The weather of the days to come."""
    same({"city": city, "days": days}, TOOL_INPUT)
    return TOOL_ANSWER


class Client:
    PACKAGE = "openai-agents"
    ERRORS = openai_chat.Client.ERRORS

    def __init__(self, url, key):
        self.openai = lambda: openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)

    def agents(self, model, **more):
        """One for each way to ask: /responses, its default, and /chat/completions."""
        settings = ModelSettings(include_usage=True)
        return [
            Agent(name="helper", instructions="be brief", model=kind(model, openai_client=self.openai()), model_settings=settings, **more)
            for kind in (OpenAIResponsesModel, OpenAIChatCompletionsModel)
        ]

    async def say(self, model, text):
        return await Runner.run(self.agents(model)[0], text)

    async def chat(self, model):
        for agent in self.agents(model):
            result = await Runner.run(agent, GREETING)
            same(result.final_output, GREETED)
            usage = result.context_wrapper.usage
            same((usage.input_tokens, usage.output_tokens), (10, 4))

    async def stream(self, model):
        for agent in self.agents(model):
            result = Runner.run_streamed(agent, GREETING)
            events = [event async for event in result.stream_events()]
            same(result.final_output, GREETED)
            assert any(event.type == "raw_response_event" for event in events)

    async def tools(self, model):
        for agent in self.agents(model, tools=[get_weather]):
            same((await Runner.run(agent, TOOL_QUESTION)).final_output, TOOL_SAID)

    async def tools_streamed(self, model):
        for agent in self.agents(model, tools=[get_weather]):
            result = Runner.run_streamed(agent, TOOL_QUESTION)
            async for _ in result.stream_events():
                pass
            same(result.final_output, TOOL_SAID)

    async def structured(self, model):
        for agent in self.agents(model, output_type=Answer):
            same((await Runner.run(agent, "answer")).final_output, ANSWER)
