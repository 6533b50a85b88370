"""The page: what is told of items as HTML, and the Gradio application around it."""
