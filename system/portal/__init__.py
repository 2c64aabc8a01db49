"""What all pages share: layout, login, home page, menus and the static files that come with the house.

Map of the room::

    menus.py      what the menu of a role shows
    figures.py    what the home page counts, and for whom
    urls.py       the home page
    views.py      it
    api.py        the API: the rooms' routers as one tree (`ROOMS`), its OpenAPI document
    api_page.py   its routes as a page; `api_urls.py`: its addresses
    templates/    base layout; the apps bring their own pages
    static/       our style; vendor/ third-party files with their licences
"""
