// What is shown stands in the address as it reads, so that a link leads to it:
// #model=Grok+4&from=2025-10-20T08:00. A link to a part of the page leaves it as it is.

const stateListeners = [];
let state = new URLSearchParams();

function readAddress() {
  if (!location.hash.includes("=")) return false;
  state = new URLSearchParams(location.hash.slice(1));
  return true;
}

function stateOf(name) {
  return state.get(name) ?? "";
}

// The values that a name has, or none; an empty list takes it out of the address.
function setState(changes) {
  Object.entries(changes).forEach(([name, values]) => {
    state.delete(name);
    [values].flat().filter(Boolean).forEach((value) => state.append(name, value));
  });
  history.replaceState(history.state, "", `#${state}`);
  tellState();
}

function tellState() {
  document.querySelectorAll("[data-state]").forEach(showState);
  stateListeners.forEach((listener) => listener());
}

function showState(control) {
  const value = stateOf(control.dataset.state);
  if (control.matches("button")) control.setAttribute("aria-pressed", String(value === control.value));
  else control.value = value;
  // A choice that the page does not have is none.
  if (control.matches("select") && control.selectedIndex < 0) control.value = "";
}

function startState(scope) {
  scope.querySelectorAll("[data-state]").forEach((control) => {
    const name = control.dataset.state;
    if (control.matches("button")) {
      control.addEventListener("click", () => setState({ [name]: stateOf(name) === control.value ? "" : control.value }));
    } else {
      control.addEventListener("change", () => setState({ [name]: control.value }));
    }
    showState(control);
  });
}

addEventListener("hashchange", () => {
  if (readAddress()) tellState();
});
readAddress();

// --- a span of time ----------------------------------------------------------------

// To the minute, UTC, as a field for times has it.
function minuteOf(seconds) {
  return new Date(seconds * 1000).toISOString().slice(0, 16);
}

// In Unix seconds; null where the address has none that can be read.
function secondsOf(name) {
  const time = Date.parse(`${stateOf(name)}Z`);
  return Number.isNaN(time) ? null : time / 1000;
}
