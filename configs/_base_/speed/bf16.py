autocast = 'bfloat16'
