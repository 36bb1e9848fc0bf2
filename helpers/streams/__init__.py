"""Between a stream and its consumer: a bounded queue, backpressure, a file."""
