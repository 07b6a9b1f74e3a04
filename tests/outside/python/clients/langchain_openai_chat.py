import openai
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from asked import *
from clients import openai_chat


@tool(TOOL)
def get_weather(city: str, days: int) -> str:
    """The weather of the days to come."""
    same({"city": city, "days": days}, TOOL_INPUT)
    return TOOL_ANSWER


class Client:
    PACKAGE = "langchain-openai"
    ERRORS = openai_chat.Client.ERRORS

    def __init__(self, url, key):
        self.options = {"base_url": f"{url}/v1", "api_key": key, "max_retries": 0}

    def model(self, model, **more):
        return ChatOpenAI(model=model, **self.options, **more)

    def say(self, model, text):
        return self.model(model).invoke(text)

    def chat(self, model):
        reply = self.say(model, GREETING)
        same((reply.content, reply.usage_metadata["input_tokens"], reply.usage_metadata["output_tokens"]), (GREETED, 10, 4))

    def chat_by_responses(self, model):
        reply = self.model(model, use_responses_api=True).invoke(GREETING)
        same(reply.text, GREETED)

    def stream(self, model):
        whole = None
        for chunk in self.model(model, stream_usage=True).stream(GREETING):
            whole = chunk if whole is None else whole + chunk
        same((whole.content, whole.usage_metadata["output_tokens"]), (GREETED, 4))

    def stream_by_responses(self, model):
        whole = None
        for chunk in self.model(model, use_responses_api=True).stream(GREETING):
            whole = chunk if whole is None else whole + chunk
        same(whole.text, GREETED)

    def tools(self, model):
        self.round(self.model(model).bind_tools([get_weather]))

    def tools_by_responses(self, model):
        self.round(self.model(model, use_responses_api=True).bind_tools([get_weather]))

    def round(self, bound):
        question = HumanMessage(TOOL_QUESTION)
        first = bound.invoke([question])
        [call] = first.tool_calls
        result = get_weather.invoke(call)
        assert isinstance(result, ToolMessage)
        same(bound.invoke([question, first, result]).text, TOOL_SAID)

    def structured(self, model):
        same(self.model(model).with_structured_output(Answer, method="json_schema").invoke("answer"), ANSWER)

    def structured_by_tool(self, model):
        same(self.model(model).with_structured_output(Answer, method="function_calling").invoke("answer"), ANSWER)

    def embeddings(self, model):
        # The tokenizer is a download, and only OpenAI's own models take tokens in place of text.
        embedder = OpenAIEmbeddings(model=model, check_embedding_ctx_length=False, **self.options)
        same(embedder.embed_documents(TEXTS), VECTORS)

    async def also_async_stream(self):
        same("".join([chunk.content async for chunk in self.model("gemini").astream(GREETING)]), GREETED)
