"""Models behind a server of OpenAI's protocol: requests, costs, and stored replies."""
