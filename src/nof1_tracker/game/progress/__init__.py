"""What a player becomes by playing: XP, levels, characters, achievements."""
