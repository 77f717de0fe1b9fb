"""What happened to a file that cannot be read: causes, and how to undo the lossless ones."""
