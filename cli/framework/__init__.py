"""What the commands share: parameters, output, errors."""
