"""The sky over the plant.

Map::

    position.py   where the sun stands (pure)
    clear_sky.py  irradiance without clouds (pure)
    clouds.py     the climate file and the clear-sky index of a day, drawn
    weather.py    Weather: irradiance on the panels and air temperature, minute by minute of a day
"""
