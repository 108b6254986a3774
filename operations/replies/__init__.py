"""Replies by the link in a mail, and the requests among them as the secretariat decides."""
