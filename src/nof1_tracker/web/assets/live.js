// News: the page asks for its live parts again, and says where nobody answers.

const RETRY = [1, 2, 4, 8, 15].map((seconds) => seconds * 1000);
const QUIET = 250;
const EVERY = 10_000;

function startLive() {
  const refresh = document.getElementById("refresh");
  if (!refresh) return;
  const away = document.getElementById("away");
  let failures = 0;
  let timer = null;

  function ask() {
    timer = null;
    htmx.trigger(refresh, "refresh");
    document.dispatchEvent(new CustomEvent("news"));
  }

  // What comes at once is asked for once.
  function soon(delay = QUIET) {
    timer ??= setTimeout(ask, delay);
  }

  function failed(words) {
    away.textContent = `${words} What is shown is from before. Trying again.`;
    away.hidden = false;
    soon(RETRY[Math.min(failures, RETRY.length - 1)]);
    failures += 1;
  }

  refresh.addEventListener("htmx:responseError", (event) => {
    const isAway = event.detail.xhr.status === 503;
    failed(isAway ? "The database is away." : `The server failed (${event.detail.xhr.status}).`);
  });
  refresh.addEventListener("htmx:sendError", () => failed("The server cannot be reached."));
  refresh.addEventListener("htmx:afterOnLoad", () => {
    failures = 0;
    away.hidden = true;
  });

  setInterval(() => {
    if (!document.hidden) soon();
  }, EVERY);
}

// A page that says that the database is away shows itself again once it can.
function startPassing() {
  if (!document.querySelector("[data-passing]")) return;
  setInterval(async () => {
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (answer && answer.status !== 503) location.reload();
  }, 2000);
}
