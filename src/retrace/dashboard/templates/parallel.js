// Parallel coordinates: an axis per parameter and metric, a line per run, drawn by Vega.

const HEIGHT = 230, MISSING = HEIGHT + 26, TOP = 48, MAX_AXES = 9;

const candidates = columns.filter((each) => each.kind === "param" || each.kind === "validation");
const scored = runs.filter((run) => candidates.some((each) => each.kind === "validation" && each.get(run) !== null));
const chosenAxes = new Set(defaultAxes());
let view = null;

function defaultAxes() {
  const params = candidates.filter((each) => each.kind === "param");
  const metrics = candidates.filter((each) => each.kind === "validation");
  const loss = metrics.find((each) => each !== ranking && each.lower !== ranking?.lower);
  const last = [loss, ranking].filter(Boolean);
  // Params that most runs have come first where there are too many.
  const filled = (each) => scored.filter((run) => each.get(run) !== null).length;
  const fullest = [...params].sort((one, two) => filled(two) - filled(one)).slice(0, MAX_AXES - last.length);
  return [...params.filter((each) => fullest.includes(each)), ...last].map((each) => each.key);
}

// An axis knows where a value stands (in pixels from the top), and what to write beside it.
function makeAxis(each, position) {
  const values = scored.map(each.get).filter((value) => value !== null);
  if (!each.numeric) return namedAxis(each, position, [...new Set(values)].sort());
  const low = Math.min(...values), high = Math.max(...values);
  const log = low > 0 && high / low >= 20;
  const scale = log ? Math.log10 : (value) => value;
  const flip = each.kind === "validation" && each.lower;
  const span = scale(high) - scale(low) || 1;
  const share = (value) => (high === low ? 0.5 : (scale(value) - scale(low)) / span);
  const place = (value) => HEIGHT * (flip ? share(value) : 1 - share(value));
  const back = (y) => { const part = flip ? y / HEIGHT : 1 - y / HEIGHT; const at = scale(low) + part * span; return log ? 10 ** at : at; };
  return { each, position, place, back, ticks: ticksOf(low, high, log).map((value) => ({ y: place(value), text: number(value, 4) })) };
}

function namedAxis(each, position, names) {
  const place = (value) => (names.length === 1 ? HEIGHT / 2 : (HEIGHT * names.indexOf(value)) / (names.length - 1));
  const step = Math.ceil(names.length / 14);
  const ticks = names.filter((_, i) => i % step === 0).map((name) => ({ y: place(name), text: name.length > 18 ? `${name.slice(0, 17)}…` : name }));
  return { each, position, place, names, ticks };
}

function ticksOf(low, high, log) {
  if (high === low) return [low];
  const inside = [];
  if (log) {
    for (let power = Math.ceil(Math.log10(low) - 1e-9); 10 ** power <= high * 1.000001; power++) inside.push(10 ** power);
    return inside.length > 1 ? inside : [low, high];
  }
  const rough = (high - low) / 4, size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((by) => by * size).find((by) => by >= rough);
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-9; tick += step) inside.push(Number(tick.toPrecision(10)));
  return inside.length > 1 ? inside : [low, high];
}

function lineRows(axes) {
  const on = new Set(passing());
  const colour = ranking && makeAxis(ranking, 0);
  const kind = (run) => (run.index === state.a ? "a" : run.index === state.b ? "b" : on.has(run) ? "on" : "off");
  const order = ["off", "on", "a", "b"];
  return scored.map((run) => [kind(run), run]).sort(([one], [two]) => order.indexOf(one) - order.indexOf(two))
    .map(([group, run]) => ({ run: run.index, kind: group, d: pathOf(run, axes), stroke: strokeOf(run, group, colour), tip: tipOf(run, axes) }));
}

// Flat where it crosses an axis, so that one sees where; Vega's own lines show a tooltip at their corners only.
function pathOf(run, axes) {
  const points = axes.map((axis) => [axis.position, axis.each.get(run) === null ? MISSING : axis.place(axis.each.get(run))]);
  const parts = points.slice(1).map(([x, y], i) => {
    const [before, height] = points[i], bend = (x - before) * 0.42;
    return `C${before + bend} ${height} ${x - bend} ${y} ${x} ${y}`;
  });
  return `M${points[0][0]} ${points[0][1]}${parts.join("")}`;
}

function strokeOf(run, group, colour) {
  if (group === "a" || group === "b") return `var(--${group})`;
  if (group === "off" || !colour || ranking.get(run) === null) return "var(--faint)";
  const best = 100 * (1 - colour.place(ranking.get(run)) / HEIGHT);
  return `color-mix(in oklab, var(--high) ${best.toFixed(0)}%, var(--low))`;
}

function tipOf(run, axes) {
  const shown = axes.filter((axis) => axis.each.get(run) !== null)
    .map((axis) => [axis.each.label, axis.each.numeric ? number(axis.each.get(run), 4) : axis.each.get(run)]);
  return { title: run.name, ...Object.fromEntries(shown), verdict: run.verdict ?? run.state };
}

function brushRows(axes) {
  return [...state.ranges].flatMap(([key, range]) => {
    const axis = axes.find((each) => each.each.key === key);
    if (!axis) return [];
    const ends = range.values ? range.values.map(axis.place) : [axis.place(range.low), axis.place(range.high)];
    return [{ x: axis.position, top: Math.min(...ends) - 4, bottom: Math.max(...ends) + 4 }];
  });
}

function emptySlot(axis) {
  return scored.some((run) => axis.each.get(run) === null) ? [{ y: MISSING, text: "not set" }] : [];
}

function parallelSpec(axes, width) {
  const lines = (source, encode, more = { interactive: false }) => ({ type: "path", from: { data: source }, encode: { update: { path: { field: "d" }, ...encode } }, ...more });
  const text = (encode, more = {}) => ({ type: "text", interactive: false, encode: { enter: { font: { value: "inherit" }, ...encode } }, ...more });
  const tick = { x: { field: "x", offset: 6 }, y: { field: "y" }, text: { field: "text" }, baseline: { value: "middle" }, fontSize: { value: 11 } };
  const room = axes.length > 1 ? (axes[1].position - axes[0].position) * 0.95 : width;
  const title = { x: { field: "x" }, limit: { value: room }, align: [{ test: "datum.last", value: "right" }, { test: "datum.first", value: "left" }, { value: "center" }] };
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json", width, height: MISSING, padding: { left: 8, right: 8, top: TOP, bottom: 14 }, autosize: "none",
    background: null, signals: [{ name: "hover", value: null, on: [{ events: "@reach:pointerover", update: "datum.run" }, { events: "@reach:pointerout", update: "null" }] }],
    data: [{ name: "lines", values: lineRows(axes) }, { name: "brushes", values: brushRows(axes) },
      { name: "axes", values: axes.map((axis) => ({ key: axis.each.key, x: axis.position, short: axis.each.short, prefix: axis.each.prefix, metric: axis.each.kind === "validation", last: axis.position > width - 30, first: axis.position < 30 })) },
      { name: "ticks", values: axes.flatMap((axis) => [...axis.ticks, ...emptySlot(axis)].map((each) => ({ ...each, x: axis.position }))) },
      { name: "focus", source: "lines", transform: [{ type: "filter", expr: "datum.run === hover" }] }],
    marks: [
      lines("lines", { stroke: { field: "stroke" }, strokeWidth: [{ test: "datum.kind === 'a' || datum.kind === 'b'", value: 3 }, { value: 1.3 }],
        strokeOpacity: [{ test: "datum.kind === 'on'", value: 0.75 }, { value: 1 }] }),
      lines("focus", { stroke: { value: "var(--ink)" }, strokeWidth: { value: 2.5 } }),
      { type: "rule", interactive: false, from: { data: "axes" }, encode: { enter: { x: { field: "x" }, y: { value: 0 }, y2: { value: HEIGHT }, stroke: { value: "var(--soft)" }, strokeOpacity: { value: 0.7 } } } },
      text({ ...tick, stroke: { value: "var(--paper)" }, strokeWidth: { value: 3.5 }, strokeOpacity: { value: 0.9 } }, { from: { data: "ticks" } }),
      text({ ...tick, fill: { value: "var(--ink)" } }, { from: { data: "ticks" } }),
      text({ ...title, y: { value: -16 }, text: { field: "short" }, fontSize: { value: 12.5 }, fontWeight: { value: 600 }, fill: [{ test: "datum.metric", value: "var(--accent)" }, { value: "var(--ink)" }] }, { from: { data: "axes" } }),
      text({ ...title, y: { value: -32 }, text: { field: "prefix" }, fontSize: { value: 11 }, fill: { value: "var(--soft)" } }, { from: { data: "axes" } }),
      { type: "rect", interactive: false, from: { data: "brushes" }, encode: { update: { xc: { field: "x" }, width: { value: 14 }, y: { field: "top" }, y2: { field: "bottom" }, cornerRadius: { value: 4 },
        fill: { value: "var(--accent)" }, fillOpacity: { value: 0.3 }, stroke: { value: "var(--accent)" } } } },
      lines("lines", { stroke: { value: "transparent" }, strokeWidth: { value: 9 }, tooltip: { field: "tip" }, cursor: { value: "pointer" } }, { name: "reach" }),
      { type: "rect", name: "hit", from: { data: "axes" }, encode: { enter: { xc: { field: "x" }, width: { value: 22 }, y: { value: -8 }, y2: { value: MISSING }, fill: { value: "transparent" }, cursor: { value: "ns-resize" } } } },
    ],
  };
}

function currentAxes(width) {
  const chosen = candidates.filter((each) => chosenAxes.has(each.key) && scored.some((run) => each.get(run) !== null));
  // Metrics stand on the right, the ranking one last; names on the last axis need room.
  const ordered = [...chosen.filter((each) => each.kind === "param"), ...chosen.filter((each) => each.kind !== "param" && each !== ranking), ...chosen.filter((each) => each === ranking)];
  const left = 14, right = width - 52;
  return ordered.map((each, i) => makeAxis(each, ordered.length === 1 ? width / 2 : left + ((right - left) * i) / (ordered.length - 1)));
}

async function drawParallel() {
  const width = Math.max($("parallel").clientWidth - 16, 112 * chosenAxes.size);
  const axes = currentAxes(width);
  if (axes.length < 2) { $("parallel").replaceChildren(make("p", { class: "soft" }, "Too little differs yet: a chart needs a parameter or two metrics with values.")); return; }
  const found = await vegaEmbed("#parallel", parallelSpec(axes, width), { ast: true, actions: false, renderer: "svg", tooltip: { theme: "custom" } });
  view = found.view;
  view.axes = axes;
  $("parallel").setAttribute("aria-label", `Parallel coordinates of ${axes.map((axis) => axis.each.label).join(", ")}`);
  view.addEventListener("click", (_, item) => { if (item?.mark.name === "reach") choose("b", item.datum.run); });
  view.addEventListener("pointerdown", (event, item) => { if (item?.mark.name === "hit") startBrush(event, axes.find((axis) => axis.each.key === item.datum.key)); });
}

function startBrush(event, axis) {
  event.preventDefault();
  const top = $("parallel").querySelector("svg").getBoundingClientRect().top + TOP;
  const at = (moved) => Math.max(0, Math.min(HEIGHT, moved.clientY - top));
  const from = at(event);
  const move = (moved) => setRange(axis.each.key, rangeOf(axis, from, at(moved)));
  const stop = (moved) => {
    window.removeEventListener("pointermove", move);
    if (Math.abs(at(moved) - from) < 4) setRange(axis.each.key, null);
  };
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", stop, { once: true });
}

function rangeOf(axis, one, two) {
  const [top, bottom] = [Math.min(one, two), Math.max(one, two)];
  if (axis.names) return { values: axis.names.filter((name) => axis.place(name) >= top - 1 && axis.place(name) <= bottom + 1) };
  const ends = [axis.back(one), axis.back(two)];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

function updateParallel() {
  if (!view) return;
  view.data("lines", lineRows(view.axes)).data("brushes", brushRows(view.axes)).runAsync();
}

function startParallel() {
  const box = (each) => make("label", {}, make("input", { type: "checkbox", checked: chosenAxes.has(each.key),
    onchange: (event) => { chosenAxes[event.target.checked ? "add" : "delete"](each.key); drawParallel(); } }), each.label);
  $("axes").append(...candidates.map(box));
  if (ranking) $("legend").append("worse", make("i"), `better ${ranking.label}`);
  listeners.push((values) => { if (["a", "b", "text", "verdict", "ranges"].some((key) => key in values)) updateParallel(); });
  return drawParallel();
}
