"""The API of games: windows, games, orders, turns, reveals."""
