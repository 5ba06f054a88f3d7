"""The model and how it is trained: ``pipeline.config``, anchors, recipes, and what must agree."""
