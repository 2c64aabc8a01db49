"""Worlds: where the rooms of the field are joined, and how a world is stepped, opened by URL, or served.

Map::

    scenario           a world as data, from ``worlds/*.toml``; tables: keys, kinds and refusals
    world, sim_scheme  one or more meters on a supply, opened as ``sim://``
    field              a scenario come alive: sites, devices by name, faults, incidents
    site               one microgrid: site_meters, site_physics, site_plc, plc_media, site_recorder
    customers, shop    people who buy tokens and type them, and where they buy
    solar_homes        homes away from the grid (SSFVI)
    serving            ports, pages and the control channel of a served world; field_serving
    push_destinations  where pushes of a served world go
    operations, faults control operations of a world; faults of the grid and planned incidents
    summary, digest    what a run says of itself, and one number over it
    campaign           many seeds, on processes or (campaign_cluster) on Dask
"""
