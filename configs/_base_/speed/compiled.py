compiled = dict(backend='inductor')
