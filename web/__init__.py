"""The pages, forms, links and health checks in the browser."""
