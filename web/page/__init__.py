"""The frame of every page: layout, templates, errors, forms sent again."""
