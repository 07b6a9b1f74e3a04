import assemblyai
from assemblyai import TranscriptError

from asked import same
from billed import billed


class Client:
    PACKAGE = "assemblyai"
    ERRORS = {status: TranscriptError for status in (401, 404, 429, 500)}

    def __init__(self, url, key):
        settings = assemblyai.Settings(api_key=key, base_url=f"{url}/assemblyai", polling_interval=0.1)
        self.transcriber = assemblyai.Transcriber(client=assemblyai.Client(settings=settings))

    @staticmethod
    def told(raised):
        return raised.status_code, str(raised)

    def say(self, text):
        return self.transcriber.submit(f"https://example.com/{text.replace(' ', '%20')}.mp3")

    @billed("transcription", "best")
    def call_transcribe(self):
        config = assemblyai.TranscriptionConfig(speech_models=["best"])
        reply = self.transcriber.transcribe(b"\xff\xfbsound", config=config)
        same((reply.status, reply.text, reply.audio_duration), ("completed", "7 bytes heard", 12))

    def call_subtitles(self):
        reply = self.transcriber.transcribe("https://example.com/a.mp3")
        same(reply.export_subtitles_srt(), "1\n00:00:00,000 --> 00:00:01,000\nheard\n")
