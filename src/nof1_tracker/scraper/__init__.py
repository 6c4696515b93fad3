"""From the site to records: fetch raw payloads, parse them, nothing else."""
