"""What people do with detections: zones, tracking, counting, actions, collecting."""
