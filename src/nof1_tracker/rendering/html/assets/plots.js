// What all charts share: colours, figures as people read them, zoom, paper.

const Charts = LightweightCharts;
const plots = [];

const dollars = (value, digits = 0) =>
  (value < 0 ? "−$" : "$") +
  Math.abs(value).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const percents = (fraction, digits = 1) => `${(fraction * 100).toFixed(digits).replace("-", "−")} %`;
const instant = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ") + " UTC";

function tickText(seconds, kind) {
  const date = new Date(seconds * 1000);
  if (kind >= Charts.TickMarkType.Time) return date.toISOString().slice(11, 16);
  const day = { month: "short", day: "numeric", timeZone: "UTC" };
  if (kind === Charts.TickMarkType.Year) day.year = "numeric";
  return date.toLocaleDateString("en-US", day);
}

function colourOf(model) {
  return cssColour(model.hue === null ? "--bench" : `--c${model.hue}`);
}

function themed() {
  const [ink, soft, grid, line] = ["--ink", "--soft", "--grid", "--line"].map(cssColour);
  return {
    layout: {
      background: { type: "solid", color: "transparent" },
      textColor: soft,
      panes: { separatorColor: line, separatorHoverColor: faded(ink, 0.1) },
    },
    grid: { vertLines: { color: grid }, horzLines: { color: grid } },
    crosshair: {
      vertLine: { color: faded(soft, 0.6), labelBackgroundColor: soft },
      horzLine: { color: faded(soft, 0.6), labelBackgroundColor: soft },
    },
    timeScale: { borderColor: line },
    rightPriceScale: { borderColor: line },
  };
}

function fixedOptions() {
  return {
    autoSize: true,
    // The credit stands below each chart: the logo would need a style of its own.
    layout: { attributionLogo: false, fontSize: 12, fontFamily: getComputedStyle(document.body).fontFamily },
    crosshair: { mode: Charts.CrosshairMode.Normal },
    timeScale: { timeVisible: true, secondsVisible: false, minBarSpacing: 0.01, tickMarkFormatter: tickText },
    rightPriceScale: { minimumWidth: 72, entireTextOnly: true },
    // A page that is read must scroll: the wheel zooms once the chart has the focus.
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
  };
}

// recolour() is called for each theme; it is given light colours before printing.
function addPlot(figure, create, recolour) {
  const element = figure.querySelector(".plot");
  const chart = create(element, fixedOptions());
  const plot = { figure, element, chart, size: 0, recolour: () => { chart.applyOptions(themed()); recolour(); } };
  plots.push(plot);
  return plot;
}

// All of it, with some air at both ends: labels of the scale are cut at its edges.
function fit({ chart, element, size }) {
  const air = Math.max((size * 26) / Math.max(element.clientWidth - 100, 100), 1);
  chart.timeScale().setVisibleLogicalRange({ from: -air, to: size - 1 + air });
}

function zoom(chart, factor) {
  const range = chart.timeScale().getVisibleLogicalRange();
  if (!range) return;
  const middle = (range.from + range.to) / 2;
  const half = ((range.to - range.from) / 2) * factor;
  chart.timeScale().setVisibleLogicalRange({ from: middle - half, to: middle + half });
}

function move(chart, share) {
  const range = chart.timeScale().getVisibleLogicalRange();
  if (!range) return;
  const step = (range.to - range.from) * share;
  chart.timeScale().setVisibleLogicalRange({ from: range.from + step, to: range.to + step });
}

const KEYS = {
  "+": ({ chart }) => zoom(chart, 0.7),
  "=": ({ chart }) => zoom(chart, 0.7),
  "-": ({ chart }) => zoom(chart, 1 / 0.7),
  "0": fit,
  ArrowLeft: ({ chart }) => move(chart, -0.15),
  ArrowRight: ({ chart }) => move(chart, 0.15),
};

function makeZoomable(plot) {
  const { element, chart } = plot;
  element.addEventListener("keydown", (event) => {
    if (!KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    KEYS[event.key](plot);
  });
  element.addEventListener("pointerdown", () => element.focus({ preventScroll: true }));
  element.addEventListener("focus", () => chart.applyOptions({ handleScale: { mouseWheel: true } }));
  element.addEventListener("blur", () => chart.applyOptions({ handleScale: { mouseWheel: false } }));
}

// What is seen of a chart of times stands in the address, and the address changes it.
function followSpan(plot) {
  const { chart, element } = plot;
  const scale = chart.timeScale();
  let isByHand = false;
  let timer = null;

  function tell() {
    const [places, times] = [scale.getVisibleLogicalRange(), scale.getVisibleRange()];
    if (!places || !times) return;
    const isFrom = places.from > 0;
    const isTo = places.to < plot.size - 1;
    setState({ from: isFrom ? minuteOf(times.from) : "", to: isTo ? minuteOf(times.to) : "" });
  }

  function follow() {
    if (isByHand) return;
    const [from, to] = [secondsOf("from"), secondsOf("to")];
    if (from === null && to === null) fit(plot);
    else scale.setVisibleRange({ from: from ?? 0, to: to ?? Number.MAX_SAFE_INTEGER });
  }

  ["pointerdown", "wheel", "keydown"].forEach((kind) => {
    element.addEventListener(kind, () => { isByHand = true; }, { passive: true });
  });
  scale.subscribeVisibleLogicalRangeChange(() => {
    if (!isByHand) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      tell();
      isByHand = false;
    }, 250);
  });
  stateListeners.push(follow);
  follow();
}

// --- the note beside the pointer ---------------------------------------------------

function showTip(text, event) {
  const tip = document.getElementById("tip");
  tip.textContent = text;
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const left = event.clientX + 16 + width > innerWidth ? event.clientX - width - 16 : event.clientX + 16;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${Math.max(8, Math.min(event.clientY + 16, innerHeight - height - 8))}px`;
}

function hideTip() {
  document.getElementById("tip").hidden = true;
}

function tipFor({ chart, element }, note) {
  chart.subscribeCrosshairMove((event) => {
    const id = event.hoveredInfo?.objectId ?? event.hoveredObjectId;
    if (typeof id !== "string" || !event.sourceEvent) return hideTip();
    showTip(note(...id.split(":").map(Number)), event.sourceEvent);
  });
  element.addEventListener("pointerleave", hideTip);
}

// The nearest of many points: as near as a thumb is wide, or the tip of a mouse. now()
// gives the series that has the scale, and the points with their times and prices.
function pickFor({ chart, element }, now, note, picked = () => {}) {
  const reach = matchMedia("(pointer: coarse)").matches ? 28 : 12;

  function nearest({ x, y }) {
    const { series, points } = now();
    let [found, least] = [null, reach];
    points.forEach(({ time, price, isGone }, at) => {
      if (isGone) return;
      const away = Math.hypot(chart.timeScale().timeToCoordinate(time) - x, series.priceToCoordinate(price) - y);
      if (away < least) [found, least] = [at, away];
    });
    return found;
  }

  function tell(event) {
    const at = event.point && event.sourceEvent ? nearest(event.point) : null;
    if (at === null) hideTip();
    else showTip(note(at), event.sourceEvent);
    return at;
  }

  chart.subscribeCrosshairMove(tell);
  chart.subscribeClick((event) => {
    const at = tell(event);
    if (at !== null) picked(at);
  });
  element.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") hideTip();
  });
}

// --- paper -------------------------------------------------------------------------

// A canvas does not follow the paper's width; a picture of it, in light colours, does.
function takePictures() {
  const theme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
  for (const { figure, element, chart, recolour } of plots) {
    figure.querySelector(".printed")?.remove();
    recolour();
    const picture = chart.takeScreenshot(true);
    picture.className = "printed";
    picture.removeAttribute("style");
    element.after(picture);
  }
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  tellTheme();
}

function startPrinting() {
  addEventListener("beforeprint", () => {
    takePictures();
    document.querySelectorAll("details:not([open])").forEach((each) => {
      each.open = true;
      each.dataset.wasClosed = "";
    });
  });
  addEventListener("afterprint", () => {
    document.querySelectorAll(".printed").forEach((each) => each.remove());
    document.querySelectorAll("details[data-was-closed]").forEach((each) => {
      each.open = false;
      delete each.dataset.wasClosed;
    });
  });
}
