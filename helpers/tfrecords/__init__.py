"""Images and boxes as TFRecords: written, read back and inspected."""
