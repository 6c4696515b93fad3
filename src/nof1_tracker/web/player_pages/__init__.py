"""The pages around a player: profile, character, cases, achievements, friends, ranks."""
