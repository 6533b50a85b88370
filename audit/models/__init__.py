"""Vision-language models behind one seam: `model.py` says what they can be asked, the other files how each answers."""
