"""OpenAI's client of Azure, with the gateway itself as its resource and with Azure's API passed through."""

import base64

import openai

from asked import same
from billed import billed

PNG = ("house.png", b"\x89PNG", "image/png")
SOUND = ("a.mp3", b"sound", "audio/mpeg")


class Client:
    PACKAGE = "openai"
    ERRORS = {
        401: openai.AuthenticationError,
        404: openai.NotFoundError,
        429: openai.RateLimitError,
        500: openai.InternalServerError,
    }

    def __init__(self, url, key):
        options = {"api_key": key, "api_version": "2025-04-01-preview", "max_retries": 0}
        self.client = openai.AzureOpenAI(azure_endpoint=url, **options)
        self.passing = openai.AzureOpenAI(azure_endpoint=f"{url}/azure", **options)

    def say(self, text, client=None, model="gpt-4o-mini"):
        client = client or self.passing
        return client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])

    @billed("chat", "gpt-4o-mini", 10, 4)
    def call_chat_passed(self):
        same(self.say("hi").choices[0].message.content, "vendor says hi")

    @billed("chat", "azure-chat", 10, 4)
    def call_chat(self):
        same(self.say("hi", self.client, "azure-chat").choices[0].message.content, "vendor says hi")

    @billed("chat", "gpt-4.1-mini", 10, 4)
    def stream_chat_passed(self):
        usage = {"include_usage": True}
        said = [{"role": "user", "content": "hi"}]
        chunks = list(
            self.passing.chat.completions.create(model="gpt-4.1-mini", messages=said, stream=True, stream_options=usage)
        )
        same("".join(one.choices[0].delta.content or "" for one in chunks if one.choices), "vendor says hi")

    @billed("image_generation", "gpt-image-1")
    def call_image_generate_passed(self):
        reply = self.passing.images.generate(model="gpt-image-1", prompt="a house")
        same(base64.b64decode(reply.data[0].b64_json), b"a house")

    @billed("image_edit", "gpt-image-1-mini")
    def call_image_edit_passed(self):
        reply = self.passing.images.edit(model="gpt-image-1-mini", image=PNG, prompt="a tree")
        same(base64.b64decode(reply.data[0].b64_json), b"a tree")

    @billed("transcription", "whisper-1")
    def call_transcription_passed(self):
        same(self.passing.audio.transcriptions.create(model="whisper-1", file=SOUND).text, "heard 5 bytes")

    @billed("transcription", "azure-ear")
    def call_transcription(self):
        same(self.client.audio.transcriptions.create(model="azure-ear", file=SOUND).text, "heard 5 bytes")

    @billed("speech", "tts-1")
    def call_speech_passed(self):
        reply = self.passing.audio.speech.create(model="tts-1", voice="alloy", input="hello there")
        same(reply.content, b"\xff\xfbaudio:hello there")

    @billed("speech", "azure-mouth")
    def call_speech(self):
        reply = self.client.audio.speech.create(model="azure-mouth", voice="alloy", input="hello there")
        same(reply.content, b"\xff\xfbaudio:hello there")
