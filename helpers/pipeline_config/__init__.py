"""The model and how it is trained: ``pipeline.config``, zoo, anchors, and what must agree."""
