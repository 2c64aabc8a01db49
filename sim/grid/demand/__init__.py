"""What the customers switch on.

Map::

    catalogue.py   the appliances, `data/appliances.toml`
    household.py   which copies stand at one point: drawn once from the point's own stream
    village.py     Village: the runs of a whole village on one day as minute arrays, and its thermostats
    thermostat.py  the cold appliances: they know how warm they are, so a cut makes them run longer afterwards
    calibration.py a month of a village beside the published bills of Isla Fuerte
"""
