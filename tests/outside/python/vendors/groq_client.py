import groq

from asked import same
from billed import billed

HI = [{"role": "user", "content": "hi"}]


class Client:
    PACKAGE = "groq"
    ERRORS = {
        401: groq.AuthenticationError,
        404: groq.NotFoundError,
        429: groq.RateLimitError,
        500: groq.InternalServerError,
    }

    def __init__(self, url, key):
        self.client = groq.Groq(base_url=f"{url}/groq", api_key=key, max_retries=0)

    def say(self, text):
        return self.client.chat.completions.create(
            model="openai/gpt-oss-120b", messages=[{"role": "user", "content": text}]
        )

    @billed("chat", "openai/gpt-oss-120b", 10, 4)
    def call_chat(self):
        reply = self.say("hi")
        same((reply.choices[0].message.content, reply.usage.completion_tokens), ("vendor says hi", 4))

    @billed("chat", "openai/gpt-oss-20b", 10, 4)
    def stream_chat(self):
        chunks = list(self.client.chat.completions.create(model="openai/gpt-oss-20b", messages=HI, stream=True))
        same("".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices), "vendor says hi")
        same(chunks[-1].x_groq.usage.completion_tokens, 4)

    @billed("transcription", "whisper-large-v3")
    def call_transcription(self):
        file = ("a.mp3", b"\xff\xfbsound")
        reply = self.client.audio.transcriptions.create(
            model="whisper-large-v3", file=file, response_format="verbose_json"
        )
        same((reply.text, reply.duration), ("7 bytes heard", 12.5))

    @billed("speech", "canopylabs/orpheus-v1-english")
    def call_speech(self):
        reply = self.client.audio.speech.create(model="canopylabs/orpheus-v1-english", voice="troy", input="hello there")
        same(reply.read(), b"\xff\xfbaudio:hello there")

    def call_models(self):
        same([model.id for model in self.client.models.list().data], ["openai/gpt-oss-120b"])
