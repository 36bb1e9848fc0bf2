"""The learner's build: from passed parts to one file that others can trust.

parts ──▶ bundle ──▶ agent.py ──▶ conformance, recording, TTFT, note ──▶ submission/ ──▶ verify
"""
