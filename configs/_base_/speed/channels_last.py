channels_last = True
