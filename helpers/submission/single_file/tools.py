"""The tools that the agent comes with: the weather, the clock, and a calculator.

What a model asks for is foreign input, so they can do little: no shell, no files, and no
network but the one weather service that the person named.
"""

import ast
import asyncio
import hashlib
import inspect
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

__all__ = ["Tool", "agent_tools"]

OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
OFFLINE_SECONDS = 0.8  # a request over a network takes about so long
LONGEST_EXPRESSION = 200  # characters
JSON_TYPES: dict[str, Any] = {"string": str, "number": (int, float), "boolean": bool}


@dataclass(frozen=True)
class Tool:
    """A function that the model may call.

    Attributes:
        name, description: what the model is told.
        parameters: the JSON type of each; all are required.
        function: takes them by name; plain or async.
        idempotent: it may run twice; if not, it waits until the reply is whole.
        timeout: seconds that a run may take.
    """

    name: str
    description: str
    parameters: dict[str, str]
    function: Callable[..., Any]
    idempotent: bool = True
    timeout: float | None = 20.0

    @property
    def once(self) -> bool:
        """Whether it must not run twice."""
        return not self.idempotent

    @property
    def is_async(self) -> bool:
        """Whether the function has to be awaited."""
        return inspect.iscoroutinefunction(self.function)

    @property
    def definition(self) -> dict[str, Any]:
        """The tool as a request names it."""
        return {
            "name": self.name,
            "description": self.description,
            "input_schema": {
                "type": "object",
                "properties": {name: {"type": type} for name, type in self.parameters.items()},
                "required": list(self.parameters),
                "additionalProperties": False,
            },
        }

    def __call__(self, **arguments: Any) -> Any:
        """Call the function."""
        return self.function(**arguments)

    def arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the input, if it is what the function takes.

        Raises:
            ValueError: it isn't; the message helps the model to mend its call.
        """
        wrong = [f"{name}: no such parameter" for name in given if name not in self.parameters]
        for name, type in self.parameters.items():
            if name not in given:
                wrong.append(f"{name}: missing")
            elif not isinstance(given[name], JSON_TYPES[type]):
                wrong.append(f"{name}: must be a {type}, got {given[name]!r:.60}")
        if wrong:
            raise ValueError("; ".join(wrong))
        return given


def agent_tools(weather_url: str | None) -> list[Tool]:
    """Return the tools of the agent.

    Args:
        weather_url: where a weather service answers GET /weather?city=...; without it, the
            weather is made up.
    """

    async def get_weather(city: str) -> str:
        if not weather_url:
            await asyncio.sleep(OFFLINE_SECONDS)
            return make_up_weather(city)
        url = f"{weather_url.rstrip('/')}/weather"
        # Only https needs certificates. To load them takes a while, in which no text streams.
        checks = urlsplit(url).scheme != "http"
        # A client of its own: the API's has the key in its headers.
        async with httpx.AsyncClient(timeout=10, trust_env=False, verify=checks) as http:
            answer = await http.get(url, params={"city": city})
            answer.raise_for_status()
            answer.json()  # broken JSON is a failure, which the model is told
            return answer.text[:2000]

    def get_time() -> str:
        return f"{datetime.now(UTC):%H:%M on %A, %d %B %Y} (UTC)"

    return [
        Tool("get_weather", "The weather in a city right now.", {"city": "string"}, get_weather),
        Tool("get_time", "The date and the time of day, in UTC.", {}, get_time),
        Tool(
            "calculate",
            "Work out an arithmetic expression of numbers, + - * / and parentheses.",
            {"expression": "string"},
            calculate,
        ),
    ]


def make_up_weather(city: str) -> str:
    """Return a weather for a city, the same each time."""
    dice = hashlib.sha256(city.strip().casefold().encode("utf-8", "replace")).digest()
    sky = ("sunny", "cloudy", "foggy", "windy", "clear")[dice[1] % 5]
    return f"{5 + dice[0] % 28} °C and {sky} (made up: no weather service was named)"


def calculate(expression: str) -> str:
    """Return what an arithmetic expression comes to, without running it as Python."""
    if len(expression) > LONGEST_EXPRESSION:
        raise ValueError(f"an expression has at most {LONGEST_EXPRESSION} characters")
    return str(value_of(ast.parse(expression.strip(), mode="eval").body))


def value_of(node: ast.expr) -> float:
    """Return the value of a part of an expression."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -value_of(operand)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in OPERATORS:
            return float(OPERATORS[type(sign)](value_of(left), value_of(right)))
    raise ValueError("only numbers, + - * / and parentheses can be worked out")
