"""What this device is and allows: processor, console, display."""
