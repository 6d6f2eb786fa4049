"""The status page: where a collection stands, as one file that any browser opens without a network.

`render.status_page` makes it of an `Overview`; `units` says which findings there is room for,
`drawing` gives the charts their shapes, `templates` hold the page, its style and its script.
"""
