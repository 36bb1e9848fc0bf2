"""What the wires of all APIs have in common: payloads, failures, tool input, keys, proxies."""
