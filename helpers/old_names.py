"""Modules that have moved: their old names work for a year, with a warning.

Notebooks and programs that learners wrote import them. docs/changes.md has the same table.
"""

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__all__ = ["MOVED", "UNTIL", "new_name", "watch"]

UNTIL = "2027-12-01"
# Below helpers: the old name, and the new one. What was below an old name is below the new one.
MOVED = {
    "asking": "session.clients",
    "build": "submission",
    "build.conformance.bench": "submission.conformance.harness",
    "build.conformance.scene": "submission.conformance.wire_events",
    "build.frame": "submission.single_file",
    "event_queue": "streams.event_queue",
    "failures": "wire.failures",
    "fields": "structured.fields",
    "keys": "wire.keys",
    "lab": "lessons.lab",
    "lessons.agent_loop": "lessons.nb05_agent_loop",
    "lessons.answer_outcome": "lessons.nb10_thinking_and_structured_output",
    "lessons.assemble": "lessons.checking.assemble",
    "lessons.bill": "lessons.nb09_what_a_ui_tells",
    "lessons.broken_clients": "lessons.nb11_sdk_and_openai.broken_clients",
    "lessons.build": "lessons.learner.build",
    "lessons.chat_calls": "lessons.nb11_sdk_and_openai",
    "lessons.coalescing": "lessons.nb08_what_a_ui_shows",
    "lessons.committed_fields": "lessons.nb10_thinking_and_structured_output",
    "lessons.diagnosis": "lessons.checking.diagnosis",
    "lessons.dispatch_reference": "parts.dispatch",
    "lessons.edge_cases": "lessons.nb06_edge_cases",
    "lessons.explain": "lessons.checking.explain",
    "lessons.fair_time": "lessons.checking.fair_time",
    "lessons.loop_reference": "parts.loop",
    "lessons.machine": "lessons.learner.machine",
    "lessons.main_reference": "lessons.nb13_submit_your_build.main.reference",
    "lessons.map": "lessons.learner.map",
    "lessons.mid_stream_tools": "lessons.nb04_mid_stream_tools",
    "lessons.nb08_production_ui": "lessons.nb08_what_a_ui_shows",
    "lessons.nb09_thinking_and_structured_output": "lessons.nb10_thinking_and_structured_output",
    "lessons.nb10_sdk_and_openai": "lessons.nb11_sdk_and_openai",
    "lessons.nb11_web_ui": "lessons.nb12_web_ui",
    "lessons.nb12_submit_your_build": "lessons.nb13_submit_your_build",
    "lessons.part": "lessons.checking.case",
    "lessons.production_ui": "lessons.nb08_what_a_ui_shows",
    "lessons.progress": "lessons.learner.progress",
    "lessons.read_the_wire": "lessons.nb11_sdk_and_openai",
    "lessons.recovery_reference": "parts.recovery",
    "lessons.report": "lessons.checking.report",
    "lessons.retries_and_timeouts": "lessons.nb07_retries_and_timeouts",
    "lessons.retry_reference": "parts.retry",
    "lessons.runner": "lessons.checking.runner",
    "lessons.sandbox": "lessons.checking.sandbox",
    "lessons.sdk_and_openai": "lessons.nb11_sdk_and_openai",
    "lessons.sentence_buffer": "lessons.nb08_what_a_ui_shows",
    "lessons.serving": "session.serving",
    "lessons.sse_by_hand": "lessons.nb01_sse_by_hand",
    "lessons.start_here": "lessons.nb00_start_here",
    "lessons.stub": "lessons.checking.stub",
    "lessons.submit_your_build": "lessons.nb13_submit_your_build",
    "lessons.tag_splitting": "lessons.nb10_thinking_and_structured_output",
    "lessons.text_streaming": "lessons.nb02_text_streaming",
    "lessons.thinking_and_structured_output": "lessons.nb10_thinking_and_structured_output",
    "lessons.tool_json": "lessons.nb03_tool_json",
    "lessons.values": "lessons.checking.values",
    "lessons.verdicts": "lessons.common.letters",
    "lessons.web_ui": "lessons.nb12_web_ui",
    "lessons.where": "lessons.checking.where",
    "mock.any_json": "mock.unscripted.any_json",
    "mock.blocks": "mock.messages.blocks",
    "mock.clues": "mock.unscripted.clues",
    "mock.facts": "mock.rules.models",
    "mock.listing": "mock.messages.listing",
    "mock.message": "mock.messages.message",
    "mock.openai_chat": "mock.openai.chat",
    "mock.openai_frame": "mock.openai",
    "mock.openai_output": "mock.openai.output",
    "mock.openai_responses": "mock.openai.responses",
    "mock.own_tools": "mock.unscripted.own_tools",
    "mock.parts": "mock.script.parts",
    "mock.patterns": "mock.unscripted.patterns",
    "mock.prefill": "mock.messages.prefill",
    "mock.prompts": "mock.script.prompts",
    "mock.protocol": "mock.tap.protocol",
    "mock.recording": "mock.recordings",
    "mock.runners": "mock.unscripted.runners",
    "mock.scenario_files": "mock.script",
    "mock.scenarios": "mock.script",
    "mock.schemas": "mock.rules.schemas",
    "mock.scrub": "mock.recordings.scrub",
    "mock.signing": "mock.rules.signing",
    "mock.structured": "mock.unscripted.structured",
    "mock.terminal": "mock.tap.screen",
    "mock.thinking": "mock.messages.thinking",
    "mock.tokens": "mock.messages.tokens",
    "mock.tool_input": "mock.unscripted.tool_input",
    "mock.tool_results": "mock.unscripted.tool_results",
    "mock.tutorials": "mock.unscripted.tutorials",
    "mock.usage": "mock.messages.usage",
    "mock.wire": "mock.messages.events",
    "models": "providers.models",
    "openai": "providers.openai",
    "openai_chat": "providers.chat",
    "openai_events": "providers.events",
    "openai_requests": "providers.requests",
    "openai_responses": "providers.responses",
    "options": "assistant.options",
    "payloads": "wire.payloads",
    "plot_scales": "svg.scales",
    "plots": "svg.plots",
    "proxies": "wire.proxies",
    "recovery": "retry",
    "render.backpressure": "streams.backpressure",
    "render.to_file": "streams.to_file",
    "run_views": "widgets.run_views",
    "simulation.rehearsal": "simulation.virtual_time",
    "spending": "session.metering",
    "svg.still": "svg.snapshot",
    "terminal_live": "terminal.live_screen",
    "terminal_screen": "terminal.screen",
    "terminal_show": "terminal.events",
    "terminal_talk": "terminal.chat",
    "terminal_tools": "assistant.tools",
    "tool_input": "wire.tool_input",
    "views": "widgets.answer_views",
    "web.answering": "assistant.agent",
    "widgets.cards_model": "widgets.cards.model",
    "widgets.cards_runs": "simulation.cards_runs",
    "widgets.cards_still": "widgets.cards.snapshot",
    "widgets.chaos_model": "widgets.chaos.model",
    "widgets.chaos_runs": "simulation.chaos_runs",
    "widgets.chaos_still": "widgets.chaos.snapshot",
    "widgets.checkout": "simulation.checkout",
    "widgets.form_model": "widgets.form.model",
    "widgets.form_still": "widgets.form.snapshot",
    "widgets.history_view": "widgets.history.view",
    "widgets.look": "svg.look",
    "widgets.queue_model": "widgets.queue.model",
    "widgets.queue_runs": "simulation.queue_runs",
    "widgets.queue_still": "widgets.queue.snapshot",
    "widgets.rehearsal": "simulation.virtual_time",
    "widgets.still": "svg.snapshot",
    "widgets.submit_model": "widgets.submit.model",
    "widgets.three_ways": "simulation.three_ways",
    "widgets.timeline_model": "widgets.timeline.model",
    "widgets.timeline_runs": "simulation.timeline_runs",
    "widgets.timeline_still": "widgets.timeline.snapshot",
    "widgets.wire_model": "widgets.wire.model",
    "widgets.wire_still": "widgets.wire.snapshot",
}


def new_name(name: str) -> str | None:
    """Return what a module is called now; None if it has not moved."""
    old, rest = name.removeprefix("helpers."), ""
    while old and old != name:  # other packages' names have no such prefix
        if old in MOVED:
            return f"helpers.{MOVED[old]}{rest}"
        old, dot, last = old.rpartition(".")  # the longest name first
        rest = dot + last + rest
    return None


def watch() -> None:
    """Let old names be imported; each warns once."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        # Before all others: below helpers.build they would find a second copy of each module.
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        new = new_name(fullname)
        return None if new is None else ModuleSpec(fullname, _Loader(new))


class _Loader(Loader):
    """Gives the module of the new name under the old one, too: the same, no copy."""

    def __init__(self, name: str) -> None:
        self._name = name

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        words = f"{spec.name} is called {self._name} now; the old name works until {UNTIL}."
        warnings.warn(words, FutureWarning, stacklevel=2)
        module = import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # it has run, and is what it was
