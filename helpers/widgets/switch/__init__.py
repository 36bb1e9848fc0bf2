"""Where requests go: offline or live, model, pace, fault."""
