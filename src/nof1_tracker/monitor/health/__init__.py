"""What the monitor tells over HTTP: /healthz, /readyz and /metrics."""
