"""Images: how their bytes are checked and decoded, and what every model and every page shows of them."""
