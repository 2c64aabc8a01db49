"""PRIME 1.3.6 on a wire: base node, service nodes, beacons, contention, registration, switching, connections.

Map, from below::

    settings       every parameter, with range, default and confidence (`pib.toml`)
    interfaces     what the layers ask of each other: modem physics, stations, transmissions, addresses
    frames         the frame in time
    shared_medium  links between places, addresses, carrier sense, collisions, losses
    network        what all modems of a subnetwork share, and the base node's log
    beacons        which node hears which beacon, worked out ahead
    modem          CSMA queue and pending requests, common to base and service node
    arq            segments and acknowledgements of a connection
    switching      a service node's states, promotion, and its duties as a switch
    service_node   the meter's modem
    node_table     the base node's table of nodes, switches and beacon slots
    base_control   its control requests: keep-alive, promotion
    base_node      the concentrator's modem
    medium         `PrimeMedium`, the whole as `sim.kernel.medium.Medium`
"""
