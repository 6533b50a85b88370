"""How a stage runs: its folder, its engine, and the room that a model takes."""
