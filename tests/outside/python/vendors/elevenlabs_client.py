from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError

from asked import same
from billed import billed

VOICE = "21m00Tcm4TlvDq8ikWAM"


class Client:
    PACKAGE = "elevenlabs"
    ERRORS = {status: ApiError for status in (401, 404, 429, 500)}

    def __init__(self, url, key):
        self.client = ElevenLabs(base_url=f"{url}/elevenlabs", api_key=key)

    def say(self, text):
        return b"".join(self.client.text_to_speech.convert(VOICE, text=text, model_id="eleven_multilingual_v2"))

    @billed("speech", "eleven_multilingual_v2")
    def call_text_to_speech(self):
        same(self.say("hello there"), b"\xff\xfbaudio:hello there")

    @billed("speech", "eleven_v3")
    def stream_text_to_speech(self):
        pieces = self.client.text_to_speech.stream(VOICE, text="hello there", model_id="eleven_v3")
        same(b"".join(pieces), b"\xff\xfbaudio:hello there")

    @billed("transcription", "scribe_v1")
    def call_speech_to_text(self):
        reply = self.client.speech_to_text.convert(model_id="scribe_v1", file=("a.mp3", b"\xff\xfbsound", "audio/mpeg"))
        same((reply.text, reply.words[0].text), ("7 bytes heard", "7"))

    def call_voices(self):
        same([voice.name for voice in self.client.voices.get_all().voices], ["Rachel"])
