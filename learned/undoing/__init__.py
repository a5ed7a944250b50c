"""Take a filter back off a picture: the natural picture whose filtered values meet all bounds."""
