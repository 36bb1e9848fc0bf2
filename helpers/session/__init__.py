"""Where requests go and what they cost: the switch, the clients, the meter."""

from helpers.session.session import ANTHROPIC_URL, API_VERSION, MODES, OPENAI_URL, Mode, Session

__all__ = ["ANTHROPIC_URL", "API_VERSION", "MODES", "OPENAI_URL", "Mode", "Session"]
