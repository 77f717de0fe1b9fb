"""What the writer chooses: options, filters, levels and which pixel values carry the bits."""
