"""What an answer can hold, and the files that say it.

parts.py    what an answer is made of: text, thinking, calls, searches, a stop
files.py    scenarios read from YAML, with every mistake named by file, line and field
prompts.py  what a person asked, without what a client put beside it
"""
