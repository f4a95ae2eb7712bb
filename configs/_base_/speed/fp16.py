autocast = 'float16'
