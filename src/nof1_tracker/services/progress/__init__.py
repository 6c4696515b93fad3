"""What players become: profiles, XP, achievements, cases, friends, leaderboards."""
