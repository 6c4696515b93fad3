// News: the server tells what was committed, and the page asks for its live parts again.
// One tab listens for all of them, as a browser allows few connections to a server.

const RETRY = [1, 2, 4, 8, 15].map((seconds) => seconds * 1000);
const QUIET = 150;
const EVERY = 30_000;
const KINDS = ["snapshots", "positions", "trades", "chats", "events", "record", "ready", "reset"];

let newestVersion = 0;

function startLive() {
  const refresh = document.getElementById("refresh");
  if (!refresh) return;
  const away = document.getElementById("away");
  const channel = new BroadcastChannel("nof1-live");
  let failures = 0;
  let timer = null;
  newestVersion = Number(refresh.dataset.version);

  function ask() {
    timer = null;
    if (document.documentElement.dataset.past !== undefined) return;
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

  function hear({ version, isSure }) {
    if (isSure && version <= newestVersion) return;
    newestVersion = Math.max(newestVersion, version);
    soon();
  }

  function tell(message) {
    channel.postMessage(message);
    hear(message);
  }

  refresh.addEventListener("htmx:responseError", (event) => {
    const isAway = event.detail.xhr.status === 503;
    failed(isAway ? "The database is away." : `The server failed (${event.detail.xhr.status}).`);
  });
  refresh.addEventListener("htmx:sendError", () => failed("The server cannot be reached."));
  refresh.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) return;
    failures = 0;
    away.hidden = true;
  });
  // Ages grow, and a database that is away tells nothing.
  setInterval(() => {
    if (!document.hidden) soon();
  }, EVERY);

  let isListening = false;
  channel.addEventListener("message", ({ data }) => {
    if (data !== "hello") hear(data);
    else if (isListening) channel.postMessage({ version: newestVersion, isSure: true });
  });
  channel.postMessage("hello");
  const listen = () => new Promise(() => {
    isListening = true;
    openFeed(tell);
  });
  // A page that is served without https to other machines has no locks: each tab listens.
  if (navigator.locks) navigator.locks.request("nof1-live", listen);
  else listen();
}

// A feed that breaks off is opened again by the browser, which says where it was; one that
// is refused has to be opened anew.
function openFeed(tell, attempt = 0) {
  const feed = new EventSource(`/api/v1/live?after=${newestVersion}`);
  let failures = attempt;
  feed.addEventListener("open", () => {
    document.documentElement.dataset.feed = "open";
    failures = 0;
  });
  KINDS.forEach((kind) => feed.addEventListener(kind, (event) => {
    tell({ version: JSON.parse(event.data).version, isSure: kind !== "reset" });
  }));
  feed.addEventListener("error", () => {
    document.documentElement.dataset.feed = "lost";
    tell({ version: newestVersion, isSure: false });
    if (feed.readyState !== EventSource.CLOSED) return;
    setTimeout(() => openFeed(tell, failures + 1), RETRY[Math.min(failures, RETRY.length - 1)]);
  });
}

// A page that says that the database is away shows itself again once it can.
function startPassing() {
  if (!document.querySelector("[data-passing]")) return;
  setInterval(async () => {
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (answer && answer.status !== 503) location.reload();
  }, 2000);
}
