"""The portal: layout, login, home page, menu, error pages, and the tree of the API.

Map::

    home.py          the home page and its figures
    menus.py         the menu of a role
    api.py           the apps' routers as one tree (`APP_APIS`), its OpenAPI document, its routes as a page
    middleware.py    content security policy, sliding sessions, change of password first
    error_pages.py   400, 500 and 503
    urls.py          address of the home page
    templates/       base layout; the apps bring their own pages
    static/          our style; vendor/ third-party files with their licences
"""
