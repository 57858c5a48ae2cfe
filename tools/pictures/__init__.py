"""Take the pictures of the documentation: a hub with the demo company, in a browser.

    make pictures

Everything is the real thing over a folder and a database of its own, which are gone
afterwards. The company is the same each time; times of day are those of now.
"""
