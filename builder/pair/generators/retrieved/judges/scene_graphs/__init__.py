"""GQA and Visual Genome: programs executed on scene graphs."""
