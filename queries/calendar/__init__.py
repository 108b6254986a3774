"""The calendar as lists, and one item or report in full."""
