"""Server side of associations, sans-io: requests, views of a logical device, one module per xDLMS service.

connection            `ServerConnection`: one link, its associations; unsolicited APDUs
association_request   refusals and grants of an AARQ
association           what an accepted association holds; HLS hand-shake; transfers under way
dispatch              the service of each request, plain or protected
get, set, action, access   one service each
view                  access of an association to the objects of a logical device
"""
