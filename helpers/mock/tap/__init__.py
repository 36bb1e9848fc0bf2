"""The tap: stands between any client and any compatible API, and records what goes through."""
