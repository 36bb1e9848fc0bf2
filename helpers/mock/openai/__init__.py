"""OpenAI's two endpoints: the same answers, told in OpenAI's words."""
