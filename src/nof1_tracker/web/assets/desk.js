// The desk of a game: the price with what is held and asked for, and the ticket beside it.

const TYPED = { price: "limit", stop: "stop", target: "target" };
const PRESSED = { n: "next-turn", p: "pause" };
const LEVEL_COLOURS = { entry: "--soft", liquidation: "--bad", limit: "--accent", stop: "--bad", target: "--good" };
// A blind clock begins on a day of its own, so that whole days lie on whole days.
const BLIND_ZERO = 86400 * 365;
const REACH = 10;

let desk = null;

function digitsFor(value) {
  return Math.max(2, Math.min(6, 5 - Math.ceil(Math.log10(Math.max(value, 1e-9)))));
}

function blindTime(seconds) {
  const passed = seconds - BLIND_ZERO;
  const day = Math.floor(passed / 86400) + 1;
  return `day ${day}, ${new Date((passed - (day - 1) * 86400) * 1000).toISOString().slice(11, 16)}`;
}

function blindTick(seconds, kind) {
  const [day, clock] = blindTime(seconds).split(", ");
  return kind >= Charts.TickMarkType.Time ? clock : day;
}

function makeDesk(element, shown) {
  const figure = document.getElementById("desk-chart");
  element.hidden = false;
  const isBlind = shown.zero === null;
  const plot = addPlot(figure, Charts.createChart, () => paint());
  if (isBlind) {
    plot.chart.applyOptions({
      localization: { timeFormatter: blindTime },
      timeScale: { tickMarkFormatter: blindTick },
    });
  }
  const line = plot.chart.addSeries(Charts.LineSeries, { lineWidth: 2, priceLineVisible: false });
  const layer = Charts.createSeriesMarkers(line, []);
  let levels = [];
  let typed = {};
  let newest = null;

  function paint() {
    line.applyOptions({ color: cssColour("--ink") });
    if (newest) show(newest);
  }

  function addLevel(kind, price, title) {
    const options = { price, title, lineWidth: 1, lineStyle: kind === "entry" ? 0 : 2, axisLabelVisible: true };
    return line.createPriceLine({ ...options, color: cssColour(LEVEL_COLOURS[kind]) });
  }

  function show(drawn) {
    newest = drawn;
    const zero = drawn.zero ?? BLIND_ZERO;
    const values = drawn.prices.map(([, value]) => value);
    const digits = digitsFor(Math.max(...values));
    line.applyOptions({ priceFormat: { type: "price", precision: digits, minMove: 10 ** -digits } });
    line.setData(drawn.prices.map(([at, value]) => ({ time: zero + at, value })));
    levels.forEach((each) => line.removePriceLine(each));
    levels = drawn.levels.map(([kind, price]) => addLevel(kind, price, kind));
    const times = drawn.prices.map(([at]) => at);
    layer.setMarkers(drawn.fills.map(([at, price, side], number) => ({
      id: `${number}:0`,
      time: zero + (times.findLast((each) => each <= at) ?? times[0]),
      position: "atPriceMiddle",
      price,
      shape: side === "buy" ? "arrowUp" : "arrowDown",
      size: 1,
      color: cssColour(side === "buy" ? "--good" : "--bad"),
    })));
    plot.size = values.length;
    showTyped();
  }

  // What the ticket says is drawn before it is asked for.
  function showTyped() {
    Object.values(typed).forEach((each) => line.removePriceLine(each));
    typed = {};
    for (const [name, kind] of Object.entries(TYPED)) {
      const price = Number(document.getElementById(name)?.value);
      if (price > 0) typed[name] = addLevel(kind, price, `${kind}?`);
    }
  }

  function nearest(y) {
    return Object.entries(typed).find(([, each]) => Math.abs(line.priceToCoordinate(each.options().price) - y) < REACH)?.[0];
  }

  function startDragging() {
    let held = null;
    const heightOf = (event) => event.clientY - element.getBoundingClientRect().top;
    element.addEventListener("pointerdown", (event) => {
      held = nearest(heightOf(event)) ?? null;
      if (held) plot.chart.applyOptions({ handleScroll: { pressedMouseMove: false, horzTouchDrag: false } });
    }, { capture: true });
    element.addEventListener("pointermove", (event) => {
      element.classList.toggle("grabs", (held ?? nearest(heightOf(event))) !== undefined);
      if (!held) return;
      const price = line.coordinateToPrice(heightOf(event));
      document.getElementById(held).value = price.toFixed(digitsFor(price));
      showTyped();
    });
    addEventListener("pointerup", () => {
      if (!held) return;
      document.getElementById(held).dispatchEvent(new Event("input", { bubbles: true }));
      held = null;
      plot.chart.applyOptions({ handleScroll: { pressedMouseMove: true, horzTouchDrag: true } });
    });
  }

  show(shown);
  plot.recolour();
  fit(plot);
  makeZoomable(plot);
  tipFor(plot, (number) => newest.fills[number][3]);
  startDragging();
  return { element, plot, show, showTyped, text: null };
}

// After each swap: the chart stays and is given what is new; another desk has another chart.
function drawDesk() {
  const element = document.getElementById("desk-plot");
  const text = document.querySelector("#chart-data template")?.content.textContent;
  if (!element || !text) return;
  if (desk?.element !== element) {
    if (desk) {
      plots.splice(plots.indexOf(desk.plot), 1);
      desk.plot.chart.remove();
    }
    desk = makeDesk(element, JSON.parse(text));
  } else if (desk.text !== text) {
    desk.show(JSON.parse(text));
    desk.plot.chart.timeScale().scrollToRealTime();
    const preview = document.querySelector("#ticket .preview");
    if (preview) htmx.trigger(preview, "refresh");
  }
  desk.text = text;
}

function startSliders() {
  const unit = document.getElementById("unit");
  document.querySelectorAll("#ticket input[type=range]").forEach((slider) => {
    const field = document.getElementById(slider.dataset.for);
    const follow = () => {
      slider.value = field.value;
      slider.hidden = slider.dataset.for === "size" && unit.value === "units";
    };
    if (slider.dataset.ready === undefined) {
      slider.dataset.ready = "";
      slider.addEventListener("input", () => { field.value = slider.value; });
      field.addEventListener("input", follow);
      unit.addEventListener("input", follow);
    }
    follow();
  });
}

// A market order has no price of its own.
function startKinds() {
  const kind = document.getElementById("kind");
  if (!kind || kind.dataset.ready !== undefined) return;
  kind.dataset.ready = "";
  const price = document.getElementById("price");
  const follow = () => {
    price.disabled = kind.value === "market";
    if (price.disabled) price.value = "";
    const closes = kind.value === "stop" || kind.value === "take_profit";
    ["stop", "target"].forEach((name) => { document.getElementById(name).disabled = closes; });
    desk?.showTyped();
  };
  kind.addEventListener("input", follow);
  document.getElementById("ticket").addEventListener("input", () => desk?.showTyped());
  follow();
}

function startDesk() {
  if (!document.getElementById("desk")) return;
  drawDesk();
  if (document.getElementById("ticket")) {
    startSliders();
    startKinds();
  }
}

// A refused order is shown at its ticket; htmx would drop an answer that is an error.
function hearHtmx() {
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (![403, 409, 422, 429].includes(event.detail.xhr.status)) return;
    if (!event.detail.xhr.responseText.includes('id="desk"')) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.target.matches("#desk form")) location.reload();
  });
  document.addEventListener("htmx:afterSettle", () => {
    startDesk();
    document.getElementById("refusal")?.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("htmx:oobAfterSwap", startDesk);
  document.addEventListener("keydown", (event) => {
    if (!(event.key in PRESSED) || isWriting(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    document.getElementById(PRESSED[event.key])?.click();
  });
  document.querySelectorAll("button[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    });
  });
}

function startPlay() {
  hearHtmx();
  startDesk();
}
