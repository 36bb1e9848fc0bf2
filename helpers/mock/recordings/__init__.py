"""What passed between a client and an API, in a file that can be read and replayed."""
