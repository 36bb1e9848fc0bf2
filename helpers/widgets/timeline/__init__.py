"""What ran when: the turns and tool calls of a run, as bars."""
