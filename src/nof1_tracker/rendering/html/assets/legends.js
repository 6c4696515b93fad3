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

function startLegends() {
  keysOf(document).forEach((key) => {
    const number = Number(key.dataset.key);
    key.addEventListener("click", () => toggle(number));
    ["pointerenter", "focus"].forEach((kind) => {
      key.addEventListener(kind, () => focusOn(hidden.has(number) ? null : number));
    });
    ["pointerleave", "blur"].forEach((kind) => key.addEventListener(kind, () => focusOn(null)));
  });
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
}
