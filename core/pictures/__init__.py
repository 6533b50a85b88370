"""Images: how bytes are checked and decoded, and what every model and page is shown."""
