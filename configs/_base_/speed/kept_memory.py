kept_memory = True
