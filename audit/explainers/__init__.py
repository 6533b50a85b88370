"""Methods that explain a model's answer by a score per image patch and per question token; one file each."""
