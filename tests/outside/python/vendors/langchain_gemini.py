from google.genai import errors
from langchain_google_genai import ChatGoogleGenerativeAI, GoogleGenerativeAIEmbeddings
from langchain_google_genai.chat_models import ChatGoogleGenerativeAIError

from asked import same
from billed import billed

FLASH = "gemini-2.5-flash"


class Client:
    PACKAGE = "langchain-google-genai"
    ERRORS = {status: (ChatGoogleGenerativeAIError, errors.ClientError) for status in (401, 404, 429)} | {
        500: (ChatGoogleGenerativeAIError, errors.ServerError)
    }

    def __init__(self, url, key):
        self.options = {"base_url": f"{url}/gemini", "google_api_key": key}

    def chat(self, model):
        return ChatGoogleGenerativeAI(model=model, max_retries=1, **self.options)

    @staticmethod
    def told(raised):
        cause = raised if hasattr(raised, "code") else raised.__cause__
        return cause.code, str(raised)

    def say(self, text):
        return self.chat(FLASH).invoke(text)

    @billed("chat", FLASH, 10, 4)
    def call_invoke(self):
        reply = self.say("hi")
        same((reply.text, reply.usage_metadata["input_tokens"]), ("vendor says hi", 10))

    @billed("chat", "gemini-2.5-pro", 10, 4)
    def stream_invoke(self):
        same("".join(chunk.text for chunk in self.chat("gemini-2.5-pro").stream("hi")), "vendor says hi")

    @billed("embedding", "gemini-embedding-001")
    def call_embed(self):
        embedder = GoogleGenerativeAIEmbeddings(model="gemini-embedding-001", **self.options)
        same(embedder.embed_documents(["one", "three"]), [[3.0, 0.5], [5.0, 0.5]])
