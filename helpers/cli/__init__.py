"""The verbs of ``python -m helpers``: they parse, call and print; the work is done elsewhere."""
