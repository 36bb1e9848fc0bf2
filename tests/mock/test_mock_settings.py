"""Settings come as JSON, from a person or a widget; a wrong one gets one clear sentence."""

import json
from typing import Any

import pytest
from exchange import HEADERS, body

from helpers.mock.engine import MockAPI
from helpers.mock.faults import FAULTS
from helpers.mock.settings import Pace, Settings, SettingsError

NO_CHUNKING = "chunking must be one of event, byte, whole, random or a number of bytes, not {}."
NO_FAULT = (
    f"fault must be null, one of {', '.join(FAULTS)}, an object with a kind, or a list of these, "
    "not {}."
)

WRONG = [
    (
        {"speed": 1},
        "the settings object can't hold 'speed'; it knows pace, fault, chunking, seed.",
    ),
    ([], "the settings object must be a JSON object, not []."),
    ({"pace": 5}, "pace must be a JSON object, not 5."),
    (
        {"pace": {"tps": 1}},
        "pace can't hold 'tps'; it knows first_token, tokens_per_second, jitter, duration.",
    ),
    (
        {"pace": {"first_token": -1}},
        "pace.first_token must be a number from 0 to 3600, not -1.",
    ),
    (
        {"pace": {"first_token": "1"}},
        "pace.first_token must be a number from 0 to 3600, not '1'.",
    ),
    (
        {"pace": {"tokens_per_second": 0}},
        "pace.tokens_per_second must be a number of at least 0.01, not 0.",
    ),
    (
        {"pace": {"tokens_per_second": float("inf")}},
        "pace.tokens_per_second must be a number of at least 0.01, not inf.",
    ),
    ({"pace": {"jitter": True}}, "pace.jitter must be a number from 0 to 1, not True."),
    (
        {"pace": {"first_token": 3, "duration": 2}},
        "pace.duration (2 s) must not be shorter than pace.first_token (3 s).",
    ),
    (
        {"fault": "fire"},
        NO_FAULT.format("'fire'"),
    ),
    (
        {"fault": []},
        NO_FAULT.format("[]"),
    ),
    (
        {"chunking": "bits"},
        "chunking must be one of event, byte, whole, random or a number of bytes, not 'bits'.",
    ),
    (
        {"chunking": {}},
        "chunking must be one of event, byte, whole, random or a number of bytes, not {}.",
    ),
    ({"seed": 1.5}, "seed must be a whole number, not 1.5."),
]


def put(api: MockAPI, data: Any) -> tuple[int, Any]:
    plan = api.plan("PUT", "/mock/settings", {}, json.dumps(data).encode())
    return plan.status, json.loads(b"".join(chunk.data for chunk in plan.chunks))


@pytest.mark.parametrize(("data", "sentence"), WRONG)
def test_a_wrong_setting_gets_one_sentence(data: Any, sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_json(data)
    assert str(caught.value) == sentence


def test_python_is_held_to_the_same_rules() -> None:
    with pytest.raises(SettingsError):
        Pace(tokens_per_second=-5)
    with pytest.raises(SettingsError):
        Settings(fault="fire")


def test_json_and_back() -> None:
    settings = Settings(Pace(0.2, 40, 0, duration=8), "cut", "byte", 7)
    assert Settings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


def test_a_partial_change_keeps_the_rest() -> None:
    base = Settings(Pace(first_token=0.1, duration=9), "cut")
    changed = Settings.from_json({"pace": {"first_token": 0.2}}, base)
    assert changed == Settings(Pace(first_token=0.2, duration=9), "cut")


def test_asking_for_a_rate_forgets_a_duration() -> None:
    base = Settings(Pace(duration=9))
    assert Settings.from_json({"pace": {"tokens_per_second": 5}}, base).pace.duration is None


def test_get_and_put() -> None:
    api = MockAPI()
    assert put(api, {"seed": 3}) == (200, Settings(seed=3).to_json())
    assert api.state.settings == Settings(seed=3)
    plan = api.plan("GET", "/mock/settings", {}, b"")
    assert json.loads(next(plan.chunks).data) == Settings(seed=3).to_json()
    status, answer = put(api, {"seed": "x"})
    assert (status, answer["error"]["message"]) == (400, "seed must be a whole number, not 'x'.")
    assert api.state.settings == Settings(seed=3)


def test_a_header_changes_one_request() -> None:
    api = MockAPI()
    headers = HEADERS | {"Mock-Settings": '{"pace": {"first_token": 2, "duration": 5}}'}
    times = [
        chunk.at
        for chunk in api.plan("POST", "/v1/messages", headers, body("Hi", stream=True)).chunks
    ]
    assert (times[0], times[1], times[-1]) == (1, 2, 5)
    assert api.state.settings == Settings()


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("{", "The header mock-settings is not valid JSON: "),
        ('{"seed": null}', "In the header mock-settings, seed must be a whole number, not None."),
    ],
)
def test_a_wrong_header_gets_a_400(header: str, sentence: str) -> None:
    plan = MockAPI().plan("POST", "/v1/messages", HEADERS | {"mock-settings": header}, body("Hi"))
    assert plan.status == 400
    assert json.loads(next(plan.chunks).data)["error"]["message"].startswith(sentence)
