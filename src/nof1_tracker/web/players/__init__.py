"""The API of players: profiles, achievements, cases, friends, leaderboards."""
