"""The Gradio application: nothing else knows Gradio, so that the rest runs and is tested without it."""
