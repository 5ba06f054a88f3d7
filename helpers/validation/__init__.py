"""What is found out about pictures and their boxes, and what can be mended."""
