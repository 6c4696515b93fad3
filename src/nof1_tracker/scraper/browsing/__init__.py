"""How a browser is driven through the pages of the site."""
