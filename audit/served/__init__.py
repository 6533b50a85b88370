"""Models behind a server of OpenAI's protocol: what is sent and spent, and what is kept of what they say."""
