"""The ready-made agent, its tools, and the options that every command with an agent takes."""

from helpers.assistant.agent import Agent

__all__ = ["Agent"]
