"""Predictions on anything: pictures, folders, videos and cameras in, results in a folder out."""
