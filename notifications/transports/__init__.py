"""Transports: a folder of .eml files, and SMTP."""
