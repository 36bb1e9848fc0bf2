"""What stands around the learner's parts in build/agent.py: tools, providers, the program."""
