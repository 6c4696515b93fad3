"""The monitor's HTTP endpoints: /healthz, /readyz and /metrics."""
