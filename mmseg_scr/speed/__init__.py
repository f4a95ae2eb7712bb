"""Speed of models against one another, in runs that take turns."""
