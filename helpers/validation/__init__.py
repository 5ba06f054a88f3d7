"""What is found out about images and their boxes, and what can be mended."""
