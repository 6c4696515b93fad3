// One choice of accounts for all charts: hidden in one, hidden in each.

const hidden = new Set();
const visibilityListeners = [];
const focusListeners = [];

function keysOf(scope) {
  return [...scope.querySelectorAll(".legend .key")];
}

function tellVisibility() {
  document.querySelectorAll(".legend").forEach((legend) => {
    legend.classList.toggle("some-hidden", hidden.size > 0);
  });
  keysOf(document).forEach((key) => {
    key.setAttribute("aria-pressed", String(!hidden.has(Number(key.dataset.key))));
  });
  visibilityListeners.forEach((listener) => listener());
}

function toggle(number) {
  if (!hidden.delete(number)) hidden.add(number);
  tellVisibility();
}

function focusOn(number) {
  focusListeners.forEach((listener) => listener(number));
}

// While it is pointed at, or has the focus, its account alone is drawn in full.
function soloOn(element, number) {
  ["pointerenter", "focusin"].forEach((kind) => {
    element.addEventListener(kind, () => focusOn(hidden.has(number) ? null : number));
  });
  ["pointerleave", "focusout"].forEach((kind) => element.addEventListener(kind, () => focusOn(null)));
}

function startLegends() {
  keysOf(document).forEach((key) => {
    const number = Number(key.dataset.key);
    key.addEventListener("click", () => toggle(number));
    soloOn(key, number);
  });
  document.querySelectorAll(".standings tr[data-key]").forEach((row) => soloOn(row, Number(row.dataset.key)));
  // Below the chart of a phone, the standings are near and have the same colours.
  if (matchMedia("(max-width: 720px)").matches) {
    document.querySelectorAll("details.keys").forEach((each) => { each.open = false; });
  }
  document.querySelectorAll(".legend .all").forEach((button) => {
    button.addEventListener("click", () => {
      hidden.clear();
      tellVisibility();
    });
  });
}

// Accounts that a chart has nothing of have no key in its legend.
function keepKeys(figure, isShown) {
  keysOf(figure).forEach((key) => { key.hidden = !isShown(Number(key.dataset.key)); });
  figure.querySelectorAll("[data-depth]").forEach((each) => { each.hidden = !isShown(Number(each.dataset.depth)); });
}
