"""Commands that fill in the past from elsewhere than the site."""
