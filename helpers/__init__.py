"""The code behind the notebooks: a streaming agent, and what the lessons stand on."""
