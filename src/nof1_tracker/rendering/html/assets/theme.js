// Light or dark: as the system has it, or as the reader chose; told to the charts.

const themeListeners = [];
const darkSystem = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : darkSystem.matches;
}

function tellTheme() {
  themeListeners.forEach((listener) => listener());
}

function onTheme(listener) {
  themeListeners.push(listener);
  listener();
}

function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function faded(colour, alpha) {
  return colour + Math.round(alpha * 255).toString(16).padStart(2, "0");
}

// A page opened from a file may be refused storage; the choice then lasts as long as it.
function storedTheme(value) {
  try {
    if (value) localStorage.setItem("nof1-theme", value);
    return localStorage.getItem("nof1-theme");
  } catch {
    return null;
  }
}

function startTheme() {
  const button = document.getElementById("theme");
  const stored = storedTheme();
  if (stored === "dark" || stored === "light") document.documentElement.dataset.theme = stored;
  button.hidden = false;
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    storedTheme(document.documentElement.dataset.theme);
    tellTheme();
  });
  darkSystem.addEventListener("change", tellTheme);
}
