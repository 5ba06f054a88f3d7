"""How good detections are: COCO's metrics."""
