"""What lessons share: events of a stream, APIs without a network, cases, verdicts by letters."""
