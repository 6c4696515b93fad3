// One choice of accounts for all charts: hidden in one, hidden in each.

const NARROWED = { model: ["name", "base"], competition: ["variant"], provider: ["provider"] };
const AGGREGATE = "aggregate";

let accounts = [];
let hidden = new Set();
const visibilityListeners = [];
const focusListeners = [];

function keysOf(scope) {
  return [...scope.querySelectorAll(".legend .key")];
}

// What the address asks for and no account has narrows nothing.
function isAsked(account) {
  return Object.entries(NARROWED).every(([name, fields]) => {
    const asked = stateOf(name);
    const has = (each) => fields.some((field) => each[field] === asked);
    return !asked || has(account) || !accounts.some(has);
  });
}

// A benchmark is beside whatever is chosen; an index stands for the accounts of its model.
function isChosen(number) {
  const account = accounts[number];
  if (account.isIndex && stateOf("view") !== AGGREGATE) return false;
  if (account.hue === null) return true;
  if (!account.isIndex && stateOf("view") === AGGREGATE) return !accounts.some((each) => each.isIndex);
  return isAsked(account);
}

function isHidden(number) {
  return hidden.has(number) || !isChosen(number);
}

function tellVisibility() {
  const names = new Set(state.getAll("hide"));
  hidden = new Set(accounts.flatMap(({ name }, number) => (names.has(name) ? [number] : [])));
  document.querySelectorAll(".legend").forEach((legend) => {
    legend.classList.toggle("some-hidden", hidden.size > 0);
  });
  keysOf(document).forEach((key) => {
    key.setAttribute("aria-pressed", String(!hidden.has(Number(key.dataset.key))));
  });
  document.querySelectorAll(".standings tr[data-key]").forEach((row) => {
    row.hidden = !isAsked(accounts[row.dataset.key]);
  });
  visibilityListeners.forEach((listener) => listener());
}

function toggle(number) {
  const hides = new Set(hidden);
  if (!hides.delete(number)) hides.add(number);
  setState({ hide: [...hides].map((each) => accounts[each].name) });
}

function focusOn(number) {
  focusListeners.forEach((listener) => listener(number));
}

// While it is pointed at, or has the focus, its account alone is drawn in full.
function soloOn(element, number) {
  ["pointerenter", "focusin"].forEach((kind) => {
    element.addEventListener(kind, () => focusOn(isHidden(number) ? null : number));
  });
  ["pointerleave", "focusout"].forEach((kind) => element.addEventListener(kind, () => focusOn(null)));
}

function startLegends(models) {
  accounts = models;
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
    button.addEventListener("click", () => setState({ hide: [] }));
  });
  stateListeners.push(tellVisibility);
  tellVisibility();
}

// Accounts that a chart has nothing of, or that are not chosen, have no key in its legend.
function keepKeys(figure, isDrawn) {
  const keep = () => {
    const isKept = (number) => isDrawn(number) && isChosen(number);
    keysOf(figure).forEach((key) => { key.hidden = !isKept(Number(key.dataset.key)); });
    figure.querySelectorAll("[data-depth]").forEach((each) => { each.hidden = !isKept(Number(each.dataset.depth)); });
  };
  visibilityListeners.push(keep);
  keep();
}
