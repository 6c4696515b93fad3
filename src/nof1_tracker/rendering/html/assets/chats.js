// ModelChat: what was thought and decided, newest first, with a search; what was only held
// is folded.

const MOST_CHATS = 40;

// The text with its hits marked.
function withHits(text, wanted) {
  if (!wanted) return [text];
  const parts = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), element("mark", "", text.slice(at, at + wanted.length)));
    from = at + wanted.length;
  }
  return [...parts, text.slice(from)];
}

function textOf([, , , words, summary = "", thought, decisions = []]) {
  return [words, summary, thought ?? "", ...decisions.flatMap(([title, terms, quotes]) => [title, terms, ...quotes])].join("\n").toLowerCase();
}

function headOf([key, , time, words]) {
  return [element("time", "", time), " ", swatchOf(key), element("bdi", "", charts.models[key].name), " ", element("strong", "", words)];
}

function chatOf(entry, wanted) {
  const [, , , , summary, thought, decisions] = entry;
  if (decisions === undefined) return element("li", "idle", ...headOf(entry));
  const said = (text) => element("bdi", "", ...withHits(text, wanted));
  const made = decisions.map(([title, terms, quotes]) => element("section", "",
    element("h4", "", said(title)), element("p", "", said(terms)), ...quotes.map((words) => element("q", "", said(words)))));
  const words = thought === null
    ? element("p", "plainly", "This thought is not in the page; the dashboard and chat show have it.")
    : element("div", "words", said(thought || "Nothing was served."));
  words.tabIndex = 0;
  const reader = element("div", "reader two", element("div", "", element("h3", "", "Thought, or else the answer"), words), element("div", "", element("h3", "", "Decision"), ...made));
  const told = element("details", "", element("summary", "", ...headOf(entry)), reader);
  if (wanted) told.open = true;
  if (summary) told.querySelector("summary").append(element("q", "", said(summary)));
  return element("li", "", told);
}

function fillChats(part, entries) {
  const list = part.querySelector("ol");
  const search = part.querySelector("[data-state=search]");
  const more = element("button", "", "");
  more.type = "button";
  const texts = entries.map(textOf);
  let wanted = [];
  let shown = 0;

  function isWantedChat(at, words) {
    const [key, seconds] = entries[at];
    const [from, to] = [secondsOf("from"), secondsOf("to")];
    return isAsked(accounts[key]) && (from === null || seconds >= from) && (to === null || seconds <= to)
      && (!words || texts[at].includes(words));
  }

  function showMore() {
    const next = wanted.slice(shown, shown + MOST_CHATS);
    list.append(...next.map((entry) => chatOf(entry, search.value.toLowerCase())));
    shown += next.length;
    more.textContent = `Show ${counted(Math.min(wanted.length - shown, MOST_CHATS))} more`;
    more.hidden = shown === wanted.length;
  }

  function refill() {
    const words = search.value.toLowerCase();
    wanted = entries.filter((_, at) => isWantedChat(at, words));
    shown = 0;
    list.replaceChildren();
    showMore();
    part.querySelector("output").textContent = `${counted(wanted.length)} of ${counted(entries.length)}`;
  }

  part.querySelector(".more").replaceChildren(more);
  part.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", showMore);
  stateListeners.push(refill);
  refill();
  part.dataset.ready = "";
}
