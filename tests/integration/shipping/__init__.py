"""What strangers get: packages, image, services, workflows, written steps."""
