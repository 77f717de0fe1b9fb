"""Operations on whole files: diff, strip, recolor, restore."""
