"""Another model for this device: fetched, tried, put in place."""
