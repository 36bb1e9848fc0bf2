"""The models and the count of tokens, as the SDK asks for them."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from exchange import HEADERS, WEATHER_TOOL, question

from helpers.mock.engine import MockAPI
from helpers.mock.rules import models as facts
from helpers.mock.server import MockServer

API = MockAPI()
HELLO: Any = [{"role": "user", "content": "Hello there"}]


@pytest.fixture
def client(server: MockServer) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.base_url, api_key="any", max_retries=0) as client:
        yield client


def get(path: str) -> tuple[int, dict[str, Any]]:
    plan = API.plan("GET", path, HEADERS, b"")
    return plan.status, json.loads(b"".join(chunk.data for chunk in plan.chunks))


@pytest.mark.parametrize("limit", [1, 5, 1000])
def test_all_models_come_page_by_page(client: anthropic.Anthropic, limit: int) -> None:
    models = list(client.models.list(limit=limit))
    assert [model.id for model in models] == list(facts.list_models())
    assert {model.type for model in models} == {"model"}


def test_pages_backwards(client: anthropic.Anthropic) -> None:
    ids = list(facts.list_models())
    page = client.models.list(limit=3, before_id=ids[5])
    assert [model.id for model in page.data] == ids[2:5]
    assert page.has_more
    assert not client.models.list(limit=3, before_id=ids[2]).has_more


def test_one_model(client: anthropic.Anthropic) -> None:
    model = client.models.retrieve("claude-haiku-4-5")
    assert (model.display_name, model.max_tokens) == ("Claude Haiku 4.5", 64_000)
    assert model.max_input_tokens == 200_000
    with pytest.raises(anthropic.NotFoundError, match="model: gpt-9"):
        client.models.retrieve("gpt-9")
    assert client.beta.models.retrieve("offline-mock").id == "offline-mock"


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "after_id=gpt-9"])
def test_a_wrong_page(query: str) -> None:
    status, answer = get(f"/v1/models?{query}")
    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")


def test_a_list_needs_a_key(server: MockServer) -> None:
    with (
        anthropic.Anthropic(base_url=server.base_url, api_key="invalid") as client,
        pytest.raises(anthropic.AuthenticationError, match="Invalid bearer token"),
    ):
        client.models.list()


def test_counted_tokens_are_those_of_the_answers_usage(client: anthropic.Anthropic) -> None:
    request: Any = {
        "model": "offline-mock",
        "messages": HELLO,
        "system": "Be brief.",
        "tools": [WEATHER_TOOL],
    }
    counted = client.messages.count_tokens(**request)
    message = client.messages.create(**request, max_tokens=100)
    assert counted.input_tokens == message.usage.input_tokens > 3
    assert client.beta.messages.count_tokens(**request).input_tokens == counted.input_tokens


def test_a_count_is_held_to_the_rules(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.BadRequestError, match="at least one message is required"):
        client.messages.count_tokens(model="offline-mock", messages=[])
    with pytest.raises(anthropic.BadRequestError, match="max_tokens: Extra inputs"):
        client.messages.count_tokens(
            model="offline-mock", messages=HELLO, extra_body={"max_tokens": 5}
        )
    with pytest.raises(anthropic.NotFoundError, match="model: gpt-9"):
        client.messages.count_tokens(model="gpt-9", messages=HELLO)


def test_the_facts_hold_together() -> None:
    assert next(iter(facts.MODELS)) == "offline-mock"
    for model in facts.MODELS.values():
        assert (model.retires is None) == (model.instead == "")
        assert not model.instead or facts.MODELS[model.instead].retires is None
        assert set(model.thinking) <= {"adaptive", "between_tools", "disabled", "enabled"}
        assert model.max_output <= model.context
        assert question("Hi", model=model.id)["model"] == model.id


def test_the_models_with_a_price_have_facts() -> None:
    from helpers.providers.models import MODELS

    assert set(MODELS) <= set(facts.list_models())
    assert {MODELS[id].name for id in MODELS} == {facts.MODELS[id].name for id in MODELS}
