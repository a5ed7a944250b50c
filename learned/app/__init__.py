"""A page to play with in the browser: files that only arrange what the library does."""
