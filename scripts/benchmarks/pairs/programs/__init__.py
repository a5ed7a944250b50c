"""The programs that make the after pictures, a file for each library."""
