"""What the measurements are compared with: the least that any such app could do."""
