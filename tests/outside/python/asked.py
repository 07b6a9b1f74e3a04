"""What every client is asked, said once. The fake models of tests/tools/fake answer it the same in every dialect."""

from typing import Optional

from pydantic import BaseModel, ConfigDict

GREETING = "good morning Zürich"
GREETED = "echo: good morning Zürich"

TOOL = "get_weather"
TOOL_INPUT = {"city": "Zürich", "days": 2}
TOOL_QUESTION = 'call get_weather {"city":"Zürich","days":2}'
TOOL_ANSWER = "sunny"
TOOL_SAID = "the tools said: sunny"
TOOL_ABOUT = "The weather of the days to come"
TOOL_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}

TEXTS = ["one", "three"]
# The fake's vector of a text: its length, a quarter of it, and -0.5.
VECTORS = [[3.0, 0.75, -0.5], [5.0, 1.25, -0.5]]


class Place(BaseModel):
    model_config = ConfigDict(extra="forbid")
    city: str


class Answer(BaseModel):
    """Nothing that a strict schema forbids, but a reference and a null, which dialects write in different ways."""

    model_config = ConfigDict(extra="forbid")
    title: str
    tags: list[str]
    mood: Optional[str]
    place: Place


ANSWER = Answer(title="text", tags=["text"], mood="text", place=Place(city="text"))
ANSWER_JSON = ANSWER.model_dump_json()
ANSWER_SCHEMA = Answer.model_json_schema()


def same(actual, expected):
    """Fails with both values."""
    if actual != expected:
        raise AssertionError(f"{actual!r} instead of {expected!r}")
