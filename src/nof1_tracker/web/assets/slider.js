// The arena as of any moment: dragged to, or played at a speed.

const PARTS = ["state", "headline", "standings", "positions", "chats", "events"];
const BEAT = 1000;

// The curves as they were known at a time; the scale stays that of the whole season.
function upTo({ instants, models }, time) {
  const beyond = instants.findIndex((each) => each > time);
  const count = beyond < 0 ? instants.length : beyond;
  const cut = (values) => values.map((value, at) => (at < count ? value : null));
  return {
    instants,
    models: models.map((model) => {
      const newest = model.equity.findLastIndex((value, at) => at < count && value !== null);
      const last = newest < 0 ? [0, undefined, undefined] : [instants[newest], model.equity[newest], model.drawdown[newest]];
      const unknown = model.unknown.filter(([, to]) => to < count);
      return { ...model, equity: cut(model.equity), drawdown: cut(model.drawdown), realized: cut(model.realized), realizedLast: null, last, unknown };
    }),
  };
}

function startSlider() {
  const form = document.getElementById("moment");
  if (!form) return;
  const range = form.querySelector("input[type=range]");
  const play = form.querySelector("[data-play]");
  const speed = form.querySelector("select");
  const said = form.querySelector("output");
  const field = form.querySelector("input[name=at]");
  let whole = null;
  let isAsking = false;
  let wanted = null;
  let beat = null;
  form.classList.add("slides");

  const iso = () => new Date(Number(range.value) * 1000).toISOString().slice(0, 19) + "Z";

  function say() {
    said.textContent = instant(Number(range.value));
    range.setAttribute("aria-valuetext", said.textContent);
  }

  // What was asked for last is shown last; what was dragged past is left out.
  async function show() {
    wanted = iso();
    say();
    if (whole) redraw?.(upTo(whole, Number(range.value)));
    if (isAsking) return;
    isAsking = true;
    while (wanted) {
      const path = `/?season=${form.dataset.season}&at=${wanted}`;
      wanted = null;
      const answer = await fetch(path).catch(() => null);
      if (!answer?.ok) continue;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      PARTS.forEach((id) => {
        const [newer, older] = [page, document].map((each) => each.getElementById(id));
        if (newer && older) older.replaceWith(newer);
      });
      history.replaceState(null, "", path);
      field.value = path.split("at=")[1];
      startScope(document);
    }
    isAsking = false;
  }

  // From now on the page is in the past: news no longer changes it.
  async function leaveNow() {
    if (document.documentElement.dataset.past !== undefined) return;
    document.documentElement.dataset.past = "";
    const section = document.getElementById("equity");
    const answer = await fetch(`/equity?season=${form.dataset.season}`).catch(() => null);
    if (!section || !answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    page.getElementById("verdict")?.remove();
    page.querySelector("details.aside")?.remove();
    section.replaceChildren(...page.body.childNodes);
    startCurves();
    whole = chartsOf(section);
    if (whole) redraw?.(upTo(whole, Number(range.value)));
  }

  function stop() {
    clearInterval(beat);
    beat = null;
    play.textContent = "Play";
  }

  function step() {
    const isAtEnd = Number(range.value) >= Number(range.max);
    if (isAtEnd) return stop();
    range.value = Number(range.value) + Number(speed.value);
    show();
  }

  function start() {
    if (Number(range.value) >= Number(range.max)) range.value = range.min;
    play.textContent = "Stop";
    leaveNow();
    beat = setInterval(step, BEAT);
    show();
  }

  range.addEventListener("input", () => {
    leaveNow();
    show();
  });
  play.addEventListener("click", () => (beat ? stop() : start()));
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || isWriting(event.target) || event.target.closest("button, summary, a, [tabindex]")) return;
    event.preventDefault();
    play.click();
  });
  say();
}
