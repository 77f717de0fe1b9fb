"""The visible picture: colours, layout, panels, covers and the badge."""
