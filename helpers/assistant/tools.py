"""The tools of the agent in the terminal: weather, clock, calculator, and one folder's files.

What a model asks for is foreign input, and a file that it has read may have told it what to
ask for. So the tools can do little: no shell, no writing, no network, no file outside one
folder, none of the hidden files in which keys live. Whatever talks the model into something
can't do more than that.
"""

import ast
import hashlib
import math
import operator
import os
import re
import stat
from collections.abc import Callable
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from helpers.clock import Clock, RealClock
from helpers.tools import Progress, Tool, ToolError, tool

__all__ = ["agent_tools", "clock_in", "compute", "file_in", "listing", "weather_in", "web_tools"]

WEATHER_SECONDS = 0.8  # a request over a network takes about so long

LONGEST_FILE = 64 * 1024  # bytes given to the model
MOST_FILES = 200

STATIONS = 4  # that are asked for the weather of a web page
STATION_SECONDS = 0.35

LONGEST_EXPRESSION = 200  # characters, so that nothing nests deep either
MOST_DIGITS = 300  # of a result

TYPICAL = {
    "lagos": (31, "humid with sunny spells and a sea breeze"),
    "oslo": (4, "clear with a cold wind"),
    "tokyo": (17, "bright with a light breeze"),
}
SKIES = ("sunny", "cloudy", "overcast with drizzle", "windy with some sun", "clear", "foggy")

Number = int | float
Unit = Literal["celsius", "fahrenheit"]

OPERATORS: dict[type[ast.AST], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
SIGNS: dict[type[ast.AST], Callable[[Number], Number]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
ARITHMETIC = re.compile(r"[0-9.eE_+*/%() -]+")
WRITTEN = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "^": "**"})


def agent_tools(
    folder: Path,
    *,
    clock: Clock | None = None,
    now: Callable[[ZoneInfo], datetime] = datetime.now,
) -> list[Tool]:
    """Return the tools of the agent in the terminal.

    Args:
        folder: what the file tools may see; nothing outside it.
        clock: what the weather takes its time from.
        now: tells the time in a zone.
    """
    waiting = clock or RealClock()
    folder = folder.resolve()

    @tool(status="Asking for the weather in {city}")
    async def get_weather(city: str, unit: Unit = "celsius") -> str:
        """Return the weather in a city right now. This works offline, so it is made up.

        Args:
            city: the city's name, such as Lagos
            unit: the unit of the temperature
        """
        await waiting.sleep(WEATHER_SECONDS)
        return weather_in(city, unit)

    @tool(status="Looking at the clock in {place}")
    def get_time(place: str) -> str:
        """Return the date and the time of day in a place.

        Args:
            place: a time zone such as Europe/Oslo, the city in its name, or UTC
        """
        return clock_in(place, now)

    @tool(status="Calculating {expression}")
    def calculate(expression: str) -> str:
        """Work out an arithmetic expression.

        Args:
            expression: numbers, the signs + - * / // % **, and parentheses: 12 * (3 + 4)
        """
        return compute(expression)

    # "path", not "folder": told a folder, the model might think that it can choose any.
    @tool(status="Listing the files in {path}")
    def list_files(path: str = ".") -> str:
        """List the files in the agent's folder, or in a folder below it.

        Args:
            path: the folder to list, seen from the agent's own
        """
        return listing(folder, path)

    @tool(status="Reading {path}")
    def read_file(path: str) -> str:
        """Return the text of a file in the agent's folder.

        Args:
            path: the file's path, seen from the agent's folder
        """
        return file_in(folder, path)

    return [get_weather, get_time, calculate, list_files, read_file]


def web_tools(clock: Clock | None = None) -> list[Tool]:
    """Return the tools of the agent on a web page.

    Anybody who can open the page can ask it anything, so they can do even less than those in the
    terminal: they tell weather and time and calculate, and they see no file.

    Args:
        clock: what the weather takes its time from.
    """
    waiting = clock or RealClock()

    @tool(status="Asking for the weather in {city}")
    async def get_weather(city: str, progress: Progress, unit: Unit = "celsius") -> str:
        """Return the weather in a city right now. This works offline, so it is made up.

        Args:
            city: the city's name, such as Lagos
            unit: the unit of the temperature
        """
        for station in range(STATIONS):
            progress(f"station {station + 1} of {STATIONS}", station, STATIONS)
            await waiting.sleep(STATION_SECONDS)
        progress("all stations answered", STATIONS, STATIONS)
        return weather_in(city, unit)

    wanted = ("get_time", "calculate")
    return [get_weather, *(one for one in agent_tools(Path.cwd()) if one.name in wanted)]


# ---- Weather and clock


def weather_in(city: str, unit: str = "celsius") -> str:
    """Return a made-up weather, the same for a city every time.

    Raises:
        ToolError: no city was named.
    """
    key = city.strip().casefold()
    if not key:
        raise ToolError("Name a city, such as Lagos.")
    dice = hashlib.sha256(key.encode("utf-8", "replace")).digest()
    celsius, sky = TYPICAL.get(key, (5 + dice[0] % 28, SKIES[dice[1] % len(SKIES)]))
    degrees = f"{celsius} °C" if unit == "celsius" else f"{round(celsius * 9 / 5 + 32)} °F"
    return f"{degrees}, {sky} (made-up data: this tool works offline)"


def clock_in(place: str, now: Callable[[ZoneInfo], datetime] = datetime.now) -> str:
    """Return the date and time in a zone, which may be named by its city.

    Raises:
        ToolError: there is no such zone; the message names similar ones.
    """
    wanted = place.strip().replace(" ", "_").casefold()
    zones = {name.casefold(): name for name in sorted(available_timezones())}
    cities = {name.rpartition("/")[2]: name for name in zones if "/" in name}
    name = zones.get(wanted) or zones.get(cities.get(wanted, ""))
    if name is None:
        near = get_close_matches(wanted[:60], [*zones, *cities], n=3)
        names = dict.fromkeys(zones.get(one) or zones[cities[one]] for one in near)
        hint = f" Did you mean {' or '.join(names)}?" if names else " Take one such as Europe/Oslo."
        raise ToolError(f"There is no time zone {place[:60]!r}.{hint}")
    time = now(ZoneInfo(name))
    offset = f"UTC{time:%z}"
    return f"{time:%H:%M on %A, %d %B %Y} in {name} ({offset[:-2]}:{offset[-2:]})"


# ---- Calculator


def compute(expression: str) -> str:
    """Return what an arithmetic expression comes to, without ever running it as Python.

    Raises:
        ToolError: it is no arithmetic, or its result is too large.
    """
    if len(expression) > LONGEST_EXPRESSION:
        raise ToolError(f"An expression has at most {LONGEST_EXPRESSION} characters.")
    written = expression.translate(WRITTEN).strip()
    try:
        if not ARITHMETIC.fullmatch(written):
            raise ValueError
        value = _value(ast.parse(written, mode="eval").body)
    except ZeroDivisionError:
        raise ToolError("That divides by zero.") from None
    except OverflowError:
        raise ToolError("The result is too large.") from None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ToolError(
            f"{expression!r} is no arithmetic: use numbers, + - * / // % ** and parentheses."
        ) from None
    # 0.1 + 0.2 is 0.3 for everyone who didn't ask how floats work.
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _value(node: ast.expr) -> Number:
    """Return the value of a part of an expression, step by step within bounds."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            result: Number = value
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in SIGNS:
            result = SIGNS[type(sign)](_value(operand))
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in OPERATORS:
            first, second = _value(left), _value(right)
            if isinstance(sign, ast.Pow) and _power_digits(first, second) > MOST_DIGITS:
                raise OverflowError  # before it takes all time and memory
            result = OPERATORS[type(sign)](first, second)
        case _:
            raise ValueError
    if isinstance(result, complex):
        raise ToolError("A root of a negative number is no real number.")
    if isinstance(result, float) and not math.isfinite(result):
        raise OverflowError
    if isinstance(result, int) and abs(result) >= 10**MOST_DIGITS:
        raise OverflowError
    return result


def _power_digits(base: Number, exponent: Number) -> float:
    """Return about how many digits a power will have; floats stop by themselves."""
    if isinstance(base, int) and isinstance(exponent, int):
        return max(base.bit_length() - 1, 0) * abs(exponent) * math.log10(2)
    return 0


# ---- Files


def listing(folder: Path, path: str) -> str:
    """Return the names in a folder, one a line, with sizes; without hidden ones.

    Args:
        folder: what may be seen, resolved.
        path: the folder to list, seen from there.

    Raises:
        ToolError: it is outside, or no folder.
    """
    real = _inside(folder, path)
    try:
        with os.scandir(real) as found:
            entries = sorted(found, key=lambda entry: entry.name.casefold())
    except NotADirectoryError:
        raise ToolError(f"{_quote(path)} is a file: read it with read_file.") from None
    except OSError as error:
        raise ToolError(_reason(path, error)) from None
    lines = []
    for entry in entries:
        # Where a link leads is looked at as if it had been asked for.
        if entry.is_symlink() and not _is_inside(folder, os.path.realpath(entry.path)):
            continue
        if not _is_hidden(entry.name):
            lines.append(_describe(entry))
    if len(lines) > MOST_FILES:
        lines[MOST_FILES:] = [f"(and {len(lines) - MOST_FILES} more)"]
    return "\n".join(lines) or "(no files)"


def file_in(folder: Path, path: str) -> str:
    """Return the text of a file, or its beginning if it is long.

    Args:
        folder: what may be seen, resolved.
        path: the file, seen from there.

    Raises:
        ToolError: it is outside, hidden, not there, no file or no text.
    """
    real = _inside(folder, path)
    try:
        # O_NONBLOCK: to open a pipe that nobody writes to would wait for ever.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(real, flags | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if stat.S_ISDIR(found.st_mode):
                raise IsADirectoryError
            if not stat.S_ISREG(found.st_mode):
                raise ToolError(f"{_quote(path)} is no file that can be read.")
            # A folder on the way may have become a link since it was looked at.
            if os.path.realpath(real) != real or not os.path.samestat(found, os.stat(real)):
                raise ToolError(f"{_quote(path)} has just changed: try again.")
            raw = file.read(LONGEST_FILE + 1)
    except OSError as error:
        if os.path.isdir(real):
            raise ToolError(f"{_quote(path)} is a folder: list it with list_files.") from None
        raise ToolError(_reason(path, error)) from None
    if b"\0" in raw:
        raise ToolError(f"{_quote(path)} is no text file.")
    text = raw[:LONGEST_FILE].decode("utf-8-sig", "replace")
    if len(raw) > LONGEST_FILE:
        text += f"\n(cut here: the file has {found.st_size:,} bytes)"
    return text or "(an empty file)"


def _inside(folder: Path, path: str) -> str:
    """Return the real path of something in the folder.

    Raises:
        ToolError: it is outside, wherever links, drives and dots lead, or hidden.
    """
    outside = ToolError(f"{_quote(path)} is outside the agent's folder, so it can't be seen.")
    try:
        real = os.path.realpath(folder / path)
    except (OSError, ValueError):  # a loop of links, a NUL in the name
        raise ToolError(f"{_quote(path)} is no path.") from None
    if os.name == "nt" and ":" in os.path.splitdrive(path)[1]:
        raise outside  # a second stream of a file
    if not _is_inside(folder, real):
        raise outside
    if any(map(_is_hidden, Path(real).relative_to(folder).parts)):
        raise ToolError(
            f"{_quote(path)} is hidden: such files may hold keys, so they can't be seen."
        )
    return real


def _quote(path: str) -> str:
    return repr(path if len(path) <= 80 else path[:79] + "…")


def _is_inside(folder: Path, real: str) -> bool:
    return Path(real).is_relative_to(folder)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.casefold().endswith(".env")


def _describe(entry: os.DirEntry[str]) -> str:
    try:
        if entry.is_dir():
            return f"{entry.name}/"
        return f"{entry.name} ({entry.stat().st_size:,} bytes)"
    except OSError:  # gone meanwhile, or a link to nothing
        return entry.name


def _reason(path: str, error: OSError) -> str:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return f"There is no {_quote(path)} in the agent's folder."
        case PermissionError():
            return f"{_quote(path)} can't be read: there is no permission."
        case _:
            return f"{_quote(path)} can't be read: {error.strerror or 'no reason given'}."
