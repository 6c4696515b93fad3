// Before anything is painted: the theme that the reader chose.

const chosenTheme = storedTheme();
if (chosenTheme === "dark" || chosenTheme === "light") document.documentElement.dataset.theme = chosenTheme;
