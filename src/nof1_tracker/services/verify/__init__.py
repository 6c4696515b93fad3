"""The use case that checks what is stored: complete, and contradicted by nothing."""
