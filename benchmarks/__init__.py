"""Speed, memory and scale, measured against what one would use instead; `python -m benchmarks` runs all."""
