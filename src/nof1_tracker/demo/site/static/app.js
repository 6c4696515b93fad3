"use strict";
/* The pages of the simulated arena. Like the real ones they fetch their own JSON, poll
   for ever, and leave the body of an error unread. Text of models goes in as text. */
const config = JSON.parse(document.getElementById("config").textContent);
const state = { totals: new Map(), trades: [], prices: {}, leaderboard: [], analytics: [], chat: [], marker: null };
const COLOURS = ["#10a37f", "#d97757", "#2aa8d8", "#7a7f8c", "#3f51e0", "#a855f7", "#c2a14a", "#e0559b"];
const DASHES = ["", "6 3", "2 3", "10 3 2 3"];
const $ = (id) => document.getElementById(id);

function make(tag, text, style) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (style) node.className = style;
  return node;
}
const amount = (value) => (Math.abs(value) < 1000 ? value.toFixed(2) : Math.round(value).toLocaleString("en-US"));
const dollars = (value) => (value < 0 ? "-$" : "$") + amount(Math.abs(value));
const percent = (value) => (value < 0 ? "" : "+") + value.toFixed(2) + "%";
const tone = (value) => (value < 0 ? "down" : "up");
const identity = (row) => row.run_id && row.run_name ? row.run_id : row.model_id || row.id;
const label = (row) => row.run_name || (row.model_name || row.model_id || row.id).toUpperCase();
const quantity = (value) => Math.abs(Number(value.toFixed(4)));
const equity = (row) => Number(row.dollar_equity ?? row.nav);
const stamp = (seconds) => new Date(seconds * 1000).toISOString().slice(5, 16).replace("T", " ");

function endpoint(name) { return config.moves[name] || "/api/" + name; }

async function load(name, query = "") {
  try {
    const answer = await fetch(endpoint(name) + query);
    if (!answer.ok) return null;
    return await answer.json();
  } catch { return null; }
}
function poll(seconds, name, take, query = () => "") {
  const again = async () => {
    const payload = await load(name, query());
    if (payload) { try { take(payload); render(); } catch (error) { console.warn(name, error); } }
    setTimeout(again, seconds * 1000);
  };
  again();
}

function takeTotals(payload) {
  for (const row of payload.accountTotals) {
    const key = identity(row);
    if (!state.totals.has(key)) state.totals.set(key, new Map());
    state.totals.get(key).set(row.since_inception_hourly_marker, row);
  }
  state.marker = payload.lastHourlyMarkerRead;
  $("clock").textContent = new Date(payload.serverTime).toISOString().slice(0, 16).replace("T", " ") + " UTC";
}
function newest(key) {
  const rows = [...(state.totals.get(key)?.values() || [])];
  return rows.reduce((a, b) => (a && a.timestamp > b.timestamp ? a : b), null);
}
function accounts() {
  const rows = [...state.totals.keys()].map(newest);
  return rows.map((row) => ({ key: identity(row), row, value: equity(row), benchmark: identity(row) === config.benchmark }));
}
const colour = (key) => COLOURS[[...state.totals.keys()].indexOf(key) % COLOURS.length];

const dashes = (key, row) => (key === config.benchmark ? "5 4" : DASHES[((row.competition_id || 1) - 1) % 4]);

function renderTicker() {
  $("ticker").replaceChildren(...Object.values(state.prices).map((price) => {
    const cell = make("span");
    const digits = price.price < 10 ? 4 : 2;
    cell.append(make("b", price.symbol), "$" + price.price.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
    return cell;
  }));
}

const SVG = "http://www.w3.org/2000/svg";
function shape(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}
function renderChart() {
  const lines = [...state.totals].map(([key, rows]) => [key, [...rows.values()].sort((a, b) => a.timestamp - b.timestamp)]);
  const points = lines.flatMap(([, rows]) => rows);
  if (!points.length) return;
  const times = points.map((row) => row.timestamp), values = points.map(equity);
  const [t0, t1] = [Math.min(...times), Math.max(...times)];
  const pad = (Math.max(...values) - Math.min(...values)) * 0.06 || 100;
  const [v0, v1] = [Math.min(...values) - pad, Math.max(...values) + pad];
  const [width, height, left, bottom] = [860, 520, 66, 28];
  const x = (t) => left + (width - left - 12) * (t1 > t0 ? (t - t0) / (t1 - t0) : 0);
  const y = (v) => 10 + (height - bottom - 10) * (1 - (v - v0) / (v1 - v0));
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Equity of each account over time" });
  const step = [100, 250, 500, 1000, 2500, 5000].find((s) => (v1 - v0) / s <= 8) || 10000;
  for (let v = Math.ceil(v0 / step) * step; v < v1; v += step) {
    svg.append(shape("line", { x1: left, x2: width - 12, y1: y(v), y2: y(v), stroke: "var(--line)", "stroke-dasharray": v === 10000 ? "" : "2 4" }));
    svg.append(shape("text", { x: left - 8, y: y(v) + 4, "text-anchor": "end", "font-size": 11, fill: "var(--soft)" }, "$" + v.toLocaleString("en-US")));
  }
  for (let part = 0; part <= 4; part++) {
    const t = t0 + ((t1 - t0) * part) / 4;
    svg.append(shape("text", { x: x(t), y: height - 8, "text-anchor": part ? (part === 4 ? "end" : "middle") : "start", "font-size": 11, fill: "var(--soft)" }, stamp(t)));
  }
  for (const [key, rows] of lines) {
    const path = rows.map((row) => `${x(row.timestamp).toFixed(1)},${y(equity(row)).toFixed(1)}`).join(" ");
    svg.append(shape("polyline", { points: path, fill: "none", stroke: colour(key), "stroke-width": 1.7, "stroke-linejoin": "round", "stroke-dasharray": dashes(key, rows[0]) }));
  }
  $("chart").replaceChildren(svg);
  $("legend").replaceChildren(...accounts().sort((a, b) => b.value - a.value).map(({ key, row, value, benchmark }) => {
    const link = make("a");
    if (!benchmark) link.href = "/models/" + encodeURIComponent(key);
    const dot = make("i"); dot.style.background = colour(key);
    link.append(dot, make("span", label(row)), make("em", dollars(value)));
    return link;
  }));
}

function held(trade) {
  const minutes = Math.floor((trade.exit_time - trade.entry_time) / 60);
  return minutes < 60 ? `${minutes}M` : `${Math.floor(minutes / 60)}H ${minutes % 60}M`;
}
function item(title, when) {
  const box = make("div", undefined, "item"), head = make("header");
  head.append(make("b", title), make("time", when ? stamp(when) : ""));
  box.append(head);
  return box;
}
const panels = {
  "COMPLETED TRADES": () => [...state.trades].sort((a, b) => b.exit_time - a.exit_time).slice(0, 100).map((trade) => {
    const box = item(label(trade), trade.exit_time), line = make("p");
    line.append(make("b", trade.side, trade.side === "long" ? "up" : "down"), ` ${trade.symbol}  ${trade.entry_price} → ${trade.exit_price}  × ${quantity(trade.quantity)}`);
    box.append(line, make("span", `held ${held(trade)}, net `, "dim"), make("b", dollars(trade.realized_net_pnl), tone(trade.realized_net_pnl)));
    return box;
  }),
  "MODELCHAT": () => state.chat.map((said) => {
    const box = item(label(said), said.timestamp);
    const unfold = (title, content) => {
      const more = make("details"), text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
      more.append(make("summary", title), make("pre", text));
      return more;
    };
    box.append(make("p", said.cot_trace_summary), unfold("CHAIN OF THOUGHT", said.cot_trace), unfold("TRADING DECISIONS", said.llm_response));
    return box;
  }),
  "POSITIONS": () => accounts().sort((a, b) => b.value - a.value).map(({ row }) => {
    const box = item(label(row));
    for (const [symbol, place] of Object.entries(row.positions)) {
      const line = make("p"), size = place.quantity ?? place.position;
      line.append(make("b", size < 0 ? "short" : "long", size < 0 ? "down" : "up"), ` ${symbol} × ${quantity(size)} at ${place.entry_price}, ${place.leverage}X  `, make("b", dollars(place.unrealized_pnl), tone(place.unrealized_pnl)));
      box.append(line);
    }
    if (!Object.keys(row.positions).length) box.append(make("p", "no open position", "dim"));
    return box;
  }),
  "README.TXT": () => readme(),
  "SEASON 1.5 DETAILS": () => readme(),
};
function readme() {
  const box = make("div", undefined, "item");
  box.append(make("p", "This arena is simulated. No model is asked, no order is placed and no money moves: every price, trade and word here comes from a seeded random number generator on your own machine."));
  box.append(make("p", "It serves the same endpoints in the same format as the real site, with the same traps, so that software can be tried against it."));
  return [box];
}
let tab = null, chatting = false;
function open(name) {
  tab = name;
  for (const button of $("tabs").children) button.setAttribute("aria-selected", button.textContent === name);
  if (name === "MODELCHAT" && !chatting) {
    chatting = true;
    poll(15, "conversations", (payload) => { state.chat = payload.conversations; });
  }
  renderPanel();
}
function renderPanel() {
  const content = panels[tab]();
  $("panel").replaceChildren(...(content.length ? content : [make("div", "waiting for data", "none")]));
}

function renderTable() {
  const statistics = new Map(state.analytics.map((row) => [identity(row), row]));
  const table = (row, name) => row?.[name] || row || {};
  const ranked = accounts().filter((account) => !account.benchmark).sort((a, b) => b.value - a.value);
  if (!ranked.length) return;
  $("rows").replaceChildren(...ranked.map(({ key, row, value }, index) => {
    const known = statistics.get(key);
    const money = table(known, "fee_pnl_moves_breakdown_table"), wins = table(known, "winners_losers_breakdown_table");
    const trades = table(known, "overall_trades_overview_table");
    const show = (number, format) => (number === undefined || number === null ? "-" : format(number));
    const link = make("a", label(row)); link.href = "/models/" + encodeURIComponent(key);
    const cells = [
      [index + 1], [link], [dollars(value)], [percent(value / 100 - 100), tone(value - 10000)],
      [dollars(value - 10000), tone(value - 10000)], [show(money.total_fees_paid, dollars)],
      [show(wins.win_rate, (rate) => rate.toFixed(1) + "%")], [show(money.biggest_net_gain, dollars), "up"],
      [show(money.biggest_net_loss, dollars), "down"], [show(row.sharpe_ratio, (ratio) => ratio.toFixed(3))], [show(trades.total_trades, String)],
    ];
    const line = make("tr");
    for (const [content, style] of cells) { const cell = make("td", undefined, style); cell.append(content); line.append(cell); }
    return line;
  }));
}

function renderModel() {
  const row = newest(config.account);
  const mine = state.trades.filter((trade) => identity(trade) === config.account);
  if (row) {
    $("name").textContent = label(row);
    const value = equity(row);
    const facts = { "ACCT VALUE": dollars(value), "RETURN": percent(value / 100 - 100), "UNREALIZED": dollars(row.total_unrealized_pnl), "SHARPE": row.sharpe_ratio.toFixed(3), "OPEN POSITIONS": Object.keys(row.positions).length };
    $("facts").replaceChildren(...Object.entries(facts).map(([name, fact]) => {
      const box = make("div"); box.append(make("b", fact), make("span", name, "dim")); return box;
    }));
  }
  const head = ["SIDE", "COIN", "ENTRY PRICE", "EXIT PRICE", "QUANTITY", "HOLDING TIME", "NOTIONAL ENTRY", "NOTIONAL EXIT", "FEES", "NET P&L"];
  const lines = mine.slice(0, 25).map((trade) => [
    [trade.side.toUpperCase(), trade.side === "long" ? "up" : "down"], [trade.symbol], ["$" + trade.entry_price], ["$" + trade.exit_price], [quantity(trade.quantity)], [held(trade)],
    [dollars(Math.abs(trade.quantity) * trade.entry_price)], [dollars(Math.abs(trade.quantity) * trade.exit_price)], [dollars(trade.total_commission_dollars)], [dollars(trade.realized_net_pnl), tone(trade.realized_net_pnl)],
  ]);
  const row10 = (cells, style) => { const line = make("div", undefined, style); for (const [text, look] of cells) line.append(make("span", text, look)); return line; };
  $("trades").replaceChildren(row10(head.map((text) => [text]), "head"), ...lines.map((cells) => row10(cells)));
}

function render() {
  renderTicker();
  if (config.page === "home") { renderChart(); renderPanel(); }
  if (config.page === "leaderboard") renderTable();
  if (config.page === "model") renderModel();
}

if (config.page === "home") {
  for (const name of config.tabs) {
    const button = make("button", name);
    button.onclick = () => open(name);
    $("tabs").append(button);
  }
  open(config.tabs[0]);
}
poll(90, "trades", (payload) => { state.trades = payload.trades; });
poll(30, "account-totals", takeTotals, () => (state.marker === null ? "" : `?lastHourlyMarker=${Math.max(state.marker - 1, 0)}`));
poll(6, "crypto-prices", (payload) => { state.prices = payload.prices; });
poll(300, "since-inception-values", () => {});
poll(60, "leaderboard", (payload) => { state.leaderboard = payload.leaderboard; });
if (config.page === "leaderboard") poll(60, "analytics", (payload) => { state.analytics = payload.analytics; });
