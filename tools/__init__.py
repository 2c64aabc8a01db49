"""Tools of the project beside the product: generators of pages, peers and dissectors as witnesses."""
