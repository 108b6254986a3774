"""One occurrence, obligation or body in full."""
