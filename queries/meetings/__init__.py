"""The meetings of every body, and the papers for one."""
