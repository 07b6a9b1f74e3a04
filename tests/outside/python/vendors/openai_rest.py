"""What OpenAI's library does besides chats, embeddings and responses, on the gateway's own routes; some of it passed through too."""

import base64
import json
import time

import openai

from asked import same
from billed import billed

SOUND = ("a.mp3", b"\xff\xfbsound", "audio/mpeg")
PNG = ("a.png", b"\x89PNG\r\n\x1a\nrest", "image/png")


class Client:
    PACKAGE = "openai"
    ERRORS = {
        401: openai.AuthenticationError,
        404: openai.NotFoundError,
        429: openai.RateLimitError,
        500: openai.InternalServerError,
    }

    def __init__(self, url, key):
        self.client = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)
        self.passing = openai.OpenAI(base_url=f"{url}/openai/v1", api_key=key, max_retries=0)

    def say(self, text):
        return self.client.images.generate(model="picture", prompt=text)

    def drawn(self, reply):
        return base64.b64decode(reply.data[0].b64_json).decode()

    @billed("image_generation", "picture")
    def call_image_generate(self):
        reply = self.say("a house")
        same((self.drawn(reply), reply.usage.output_tokens), ("a house", 50))

    @billed("image_generation", "gpt-image-1")
    def call_image_generate_passed(self):
        same(self.drawn(self.passing.images.generate(model="gpt-image-1", prompt="a house")), "a house")

    @billed("image_generation", "picture")
    def stream_image_generate(self):
        events = list(self.client.images.generate(model="picture", prompt="a house", stream=True, partial_images=1))
        same([event.type for event in events], ["image_generation.partial_image", "image_generation.completed"])

    @billed("image_generation", "gpt-image-1-mini")
    def stream_image_generate_passed(self):
        events = list(self.passing.images.generate(model="gpt-image-1-mini", prompt="a house", stream=True))
        same(events[-1].usage.output_tokens, 50)

    @billed("image_edit", "picture")
    def call_image_edit(self):
        same(self.drawn(self.client.images.edit(model="picture", image=PNG, prompt="a tree")), "a tree")

    @billed("image_edit", "gpt-image-1")
    def call_image_edit_passed(self):
        same(self.drawn(self.passing.images.edit(model="gpt-image-1", image=[PNG, PNG], prompt="a tree")), "a tree")

    @billed("image_variation", "picture")
    def call_image_variation(self):
        same(self.client.images.create_variation(model="picture", image=PNG).data[0].url, "https://example.com/other.png")

    @billed("transcription", "ear")
    def call_transcription(self):
        same(self.client.audio.transcriptions.create(model="ear", file=SOUND).text, "heard 7 bytes")

    @billed("transcription", "whisper-1")
    def call_transcription_passed(self):
        same(self.passing.audio.transcriptions.create(model="whisper-1", file=SOUND).text, "heard 7 bytes")

    def call_transcription_as_subtitles(self):
        reply = self.client.audio.transcriptions.create(model="ear", file=SOUND, response_format="srt")
        same(reply, "1\nheard 7 bytes\n")

    @billed("transcription", "ear-of-tokens", 14, 6)
    def stream_transcription(self):
        events = list(self.client.audio.transcriptions.create(model="ear-of-tokens", file=SOUND, stream=True))
        same((events[-1].type, events[-1].text), ("transcript.text.done", "heard 7 bytes"))

    @billed("transcription", "gpt-4o-mini-transcribe", 14, 6)
    def stream_transcription_passed(self):
        events = list(self.passing.audio.transcriptions.create(model="gpt-4o-mini-transcribe", file=SOUND, stream=True))
        same(events[-1].text, "heard 7 bytes")

    @billed("translation", "ear")
    def call_translation(self):
        same(self.client.audio.translations.create(model="ear", file=SOUND).text, "understood 7 bytes")

    @billed("speech", "mouth")
    def call_speech(self):
        reply = self.client.audio.speech.create(model="mouth", voice="alloy", input="hello there")
        same(reply.read(), b"\xff\xfbaudio:hello there")

    @billed("speech", "tts-1")
    def stream_speech_passed(self):
        speech = self.passing.audio.speech.with_streaming_response
        with speech.create(model="tts-1", voice="alloy", input="hello there") as reply:
            same(b"".join(reply.iter_bytes()), b"\xff\xfbaudio:hello there")

    @billed("moderation", "judge", free=True)
    def call_moderation(self):
        same(self.client.moderations.create(model="judge", input="hi").results[0].flagged, False)

    def uploaded(self, purpose="user_data", content=b"some text"):
        return self.client.files.create(file=("a.txt", content), purpose=purpose)

    def call_files(self):
        made = self.uploaded()
        same((made.filename, made.bytes), ("a.txt", 9))
        same(self.client.files.retrieve(made.id).filename, "a.txt")
        same(self.client.files.content(made.id).read(), b"some text")
        assert made.id in [one.id for one in self.client.files.list()]
        assert self.client.files.delete(made.id).deleted

    def call_batches(self):
        body = {"model": "chat", "messages": [{"role": "user", "content": "hi"}]}
        line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": body}
        file = self.uploaded("batch", json.dumps(line).encode())
        batch = self.client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        same((batch.object, self.client.batches.retrieve(batch.id).id), ("batch", batch.id))
        assert batch.id in [one.id for one in self.client.batches.list()]
        assert self.client.batches.cancel(batch.id).status in ("cancelling", "cancelled")

    def call_vector_stores(self):
        store = self.client.vector_stores.create(name="mine")
        same(self.client.vector_stores.retrieve(store.id).name, "mine")
        assert store.id in [one.id for one in self.client.vector_stores.list()]
        same(self.client.vector_stores.files.create(store.id, file_id=self.uploaded().id).status, "completed")
        same([one.content[0].text for one in self.client.vector_stores.search(store.id, query="hi")], ["found"])
        assert self.client.vector_stores.delete(store.id).deleted

    def call_fine_tuning(self):
        job = self.client.fine_tuning.jobs.create(model="chat", training_file=self.uploaded("fine-tune").id)
        same(self.client.fine_tuning.jobs.retrieve(job.id).status, "queued")
        assert job.id in [one.id for one in self.client.fine_tuning.jobs.list()]
        same([one.message for one in self.client.fine_tuning.jobs.list_events(job.id)], ["queued"])

    def call_assistants_and_threads(self):
        beta = self.client.beta
        assistant = beta.assistants.create(model="chat", name="helper")
        assert assistant.id in [one.id for one in beta.assistants.list()]
        thread = beta.threads.create()
        same(beta.threads.messages.create(thread.id, role="user", content="hi").content[0].text.value, "hi")
        same(beta.threads.runs.create(thread.id, assistant_id=assistant.id).status, "queued")
        assert beta.threads.delete(thread.id).deleted and beta.assistants.delete(assistant.id).deleted

    @billed("video", "film")
    def call_videos(self):
        video = self.client.videos.create(model="film", prompt="a sea", seconds="4", size="720x1280")
        same((video.seconds, self.client.videos.retrieve(video.id).status), ("4", "completed"))
        # Its price is booked when it is seen to be done after its row has come to the ledger.
        time.sleep(1)
        self.client.videos.retrieve(video.id)
        same(self.client.videos.download_content(video.id).read(), b"ftypmp42")
        assert self.client.videos.delete(video.id).deleted

    def call_containers(self):
        container = self.client.containers.create(name="mine")
        same(self.client.containers.retrieve(container.id).name, "mine")
        assert container.id in [one.id for one in self.client.containers.list()]
        self.client.containers.delete(container.id)

    def call_unknown_routes_passed(self):
        same([one.name for one in self.passing.evals.list()], ["mine"])
        assert self.passing.conversations.create().id.startswith("conv_")

    @billed("realtime", "voice", 100, 30)
    def stream_realtime(self):
        self.converse(self.client, "voice")

    @billed("realtime", "gpt-realtime", 100, 30)
    def stream_realtime_passed(self):
        root = str(self.client.base_url).replace("/v1/", "")
        client = openai.OpenAI(base_url=f"{root}/openai_passthrough/v1", api_key=self.client.api_key, max_retries=0)
        self.converse(client, "gpt-realtime")

    def converse(self, client, model):
        with client.realtime.connect(model=model) as connection:
            connection.response.create()
            for event in connection:
                if event.type == "response.done":
                    same(event.response.usage.total_tokens, 130)
                    break
