"""The learner's build: from passed parts to one file that others can trust.

parts ──▶ bundle ──▶ agent.py ──▶ conformance, recording, TTFT, note ──▶ submission/ ──▶ verify
"""

from helpers.lazy_names import offer_names

__all__ = [
    "PARTS",
    "Cast",
    "Harness",
    "Limits",
    "RandomValues",
    "animated_svg",
    "cases_here",
    "course_agent",
    "leaks",
    "measured",
    "note_problems",
    "record",
    "scrub",
    "secrets_here",
    "tried",
    "wire_events",
]

__getattr__ = offer_names(
    __name__,
    {
        "PARTS": "bundle",
        "Cast": "recording",
        "Harness": "conformance.harness",
        "Limits": "conformance.process",
        "RandomValues": "conformance.wire_events",
        "animated_svg": "picture",
        "cases_here": "conformance.cases",
        "course_agent": "bundle",
        "leaks": "recording",
        "measured": "ttft",
        "note_problems": "note",
        "record": "recording",
        "scrub": "recording",
        "secrets_here": "recording",
        "tried": "conformance.suite",
        "wire_events": "conformance.wire_events",
    },
)
