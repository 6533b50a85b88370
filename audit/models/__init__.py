"""Vision-language models behind a common interface: `model.py` defines it, the other files implement it."""
