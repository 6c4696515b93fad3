"""Games: opened, shown, played, ended; every web process can serve any of them."""
