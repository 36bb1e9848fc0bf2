"""The course as a static site: to read, and to run in a browser."""
