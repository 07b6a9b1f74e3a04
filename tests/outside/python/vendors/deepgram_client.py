from deepgram import DeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment

from asked import same
from billed import billed


class Client:
    PACKAGE = "deepgram-sdk"
    ERRORS = {status: ApiError for status in (401, 404, 429, 500)}

    def __init__(self, url, key):
        own = f"{url}/deepgram"
        live = own.replace("http", "ws", 1)
        environment = DeepgramClientEnvironment(base=own, production=live, agent=own, agent_rest=own)
        self.client = DeepgramClient(api_key=key, environment=environment)

    def say(self, text):
        once = {"max_retries": 0}
        return b"".join(self.client.speak.v1.audio.generate(text=text, model="aura-2-thalia-en", request_options=once))

    @billed("transcription", "nova-3")
    def call_listen(self):
        reply = self.client.listen.v1.media.transcribe_file(request=b"RIFFsound", model="nova-3", smart_format=True)
        same(reply.results.channels[0].alternatives[0].transcript, "9 bytes heard")
        same(reply.metadata.duration, 12.5)

    @billed("transcription", "nova-2")
    def call_listen_to_a_url(self):
        reply = self.client.listen.v1.media.transcribe_url(url="https://example.com/a.wav", model="nova-2")
        same(reply.results.channels[0].alternatives[0].transcript, "https://example.com/a.wav heard")

    def call_speak(self):
        same(self.say("hello there"), b"\xff\xfbaudio:hello there")

    @billed("transcription", "nova-3-general")
    def stream_listen(self):
        with self.client.listen.v1.connect(model="nova-3-general", encoding="linear16", sample_rate=16000) as connection:
            connection.send_media(b"RIFFsound")
            result = connection.recv()
            same(result.channel.alternatives[0].transcript, "9 bytes heard")
            connection.send_close_stream()
            same(connection.recv().duration, 12.5)
