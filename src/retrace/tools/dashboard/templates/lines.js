// How the parallel coordinates look: a line per run, an axis per parameter and metric, for Vega.

function lineRows(axes) {
  const on = new Set(passing());
  const colour = ranking && makeAxis(ranking, 0);
  const kind = (run) =>
    run.index === state.a ? "a" : run.index === state.b ? "b" : on.has(run) ? "on" : "off";
  const order = ["off", "on", "a", "b"];
  return scored
    .map((run) => [kind(run), run])
    .sort(([one], [two]) => order.indexOf(one) - order.indexOf(two))
    .map(([group, run]) => ({
      run: run.index,
      kind: group,
      d: pathOf(run, axes),
      stroke: strokeOf(run, group, colour),
      tip: tipOf(run, axes),
    }));
}

// Flat where it crosses an axis, so that one sees where. Vega's own lines show tooltips at corners only.
function pathOf(run, axes) {
  const points = axes.map((axis) => [
    axis.position,
    axis.each.get(run) === null ? MISSING : axis.place(axis.each.get(run)),
  ]);
  const parts = points.slice(1).map(([x, y], i) => {
    const [before, height] = points[i],
      bend = (x - before) * 0.42;
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
  const shown = axes
    .filter((axis) => axis.each.get(run) !== null)
    .map((axis) => [
      axis.each.label,
      axis.each.numeric ? number(axis.each.get(run), 4) : axis.each.get(run),
    ]);
  return { title: run.name, ...Object.fromEntries(shown), verdict: run.verdict ?? run.state };
}

function brushRows(axes) {
  return [...state.ranges].flatMap(([key, range]) => {
    const axis = axes.find((each) => each.each.key === key);
    if (!axis) return [];
    const ends = range.values
      ? range.values.map(axis.place)
      : [axis.place(range.low), axis.place(range.high)];
    return [{ x: axis.position, top: Math.min(...ends) - 4, bottom: Math.max(...ends) + 4 }];
  });
}

// Vega wants `{ value: 3 }` for 3; the other forms, such as `{ field: "x" }`, stay as they are.
function encoding(values) {
  const entry = ([name, value]) => [name, typeof value === "object" ? value : { value }];
  return { update: Object.fromEntries(Object.entries(values).map(entry)) };
}

function mark(type, source, values, more = { interactive: false }) {
  return { type, from: { data: source }, encode: encoding(values), ...more };
}

function lineMarks() {
  const path = { field: "d" };
  const isChosen = "datum.kind === 'a' || datum.kind === 'b'";
  return [
    mark("path", "lines", {
      path,
      stroke: { field: "stroke" },
      strokeWidth: [{ test: isChosen, value: 3 }, { value: 1.3 }],
      strokeOpacity: [{ test: "datum.kind === 'on'", value: 0.75 }, { value: 1 }],
    }),
    mark("path", "focus", { path, stroke: "var(--ink)", strokeWidth: 2.5 }),
  ];
}

function tickMarks() {
  const text = { field: "text" };
  const place = { x: { field: "x", offset: 6 }, y: { field: "y" }, baseline: "middle" };
  const words = { ...place, text, font: "inherit", fontSize: 11 };
  const halo = { stroke: "var(--paper)", strokeWidth: 3.5, strokeOpacity: 0.9 };
  return [
    mark("text", "ticks", { ...words, ...halo }),
    mark("text", "ticks", { ...words, fill: "var(--ink)" }),
  ];
}

function titleMarks(room) {
  const align = [
    { test: "datum.last", value: "right" },
    { test: "datum.first", value: "left" },
    { value: "center" },
  ];
  const words = { x: { field: "x" }, limit: room, align, font: "inherit" };
  const fill = [{ test: "datum.metric", value: "var(--accent)" }, { value: "var(--ink)" }];
  return [
    mark("text", "axes", {
      ...words,
      y: -16,
      text: { field: "short" },
      fontSize: 12.5,
      fontWeight: 600,
      fill,
    }),
    mark("text", "axes", {
      ...words,
      y: -32,
      text: { field: "prefix" },
      fontSize: 11,
      fill: "var(--soft)",
    }),
  ];
}

function axisMarks() {
  const rule = { x: { field: "x" }, y: 0, y2: HEIGHT, stroke: "var(--soft)", strokeOpacity: 0.7 };
  return [mark("rule", "axes", rule)];
}

function brushMarks() {
  const colours = { fill: "var(--accent)", fillOpacity: 0.3, stroke: "var(--accent)" };
  const box = {
    xc: { field: "x" },
    width: 14,
    y: { field: "top" },
    y2: { field: "bottom" },
    cornerRadius: 4,
  };
  return [mark("rect", "brushes", { ...box, ...colours })];
}

// What the pointer meets: wider than what is seen.
function reachMarks() {
  const line = { path: { field: "d" }, stroke: "transparent", strokeWidth: 9 };
  const axis = { xc: { field: "x" }, width: 22, y: -8, y2: MISSING, fill: "transparent" };
  return [
    mark("path", "lines", { ...line, tooltip: { field: "tip" }, cursor: "pointer" }, { name: "reach" }),
    mark("rect", "axes", { ...axis, cursor: "ns-resize" }, { name: "hit" }),
  ];
}

function axisRow(axis, width) {
  const { key, short, prefix, kind } = axis.each;
  const x = axis.position;
  return { key, x, short, prefix, metric: kind === "validation", last: x > width - 30, first: x < 30 };
}

function tickRows(axis) {
  return [...axis.ticks, ...emptySlot(axis)].map((each) => ({ ...each, x: axis.position }));
}

function parallelSpec(axes, width) {
  const room = axes.length > 1 ? (axes[1].position - axes[0].position) * 0.95 : width;
  const hover = [
    { events: "@reach:pointerover", update: "datum.run" },
    { events: "@reach:pointerout", update: "null" },
  ];
  return {
    $schema: "https://vega.github.io/schema/vega/v6.json",
    width,
    height: MISSING,
    padding: { left: 8, right: 8, top: TOP, bottom: 14 },
    autosize: "none",
    background: null,
    signals: [{ name: "hover", value: null, on: hover }],
    data: [
      { name: "lines", values: lineRows(axes) },
      { name: "brushes", values: brushRows(axes) },
      { name: "axes", values: axes.map((axis) => axisRow(axis, width)) },
      { name: "ticks", values: axes.flatMap(tickRows) },
      { name: "focus", source: "lines", transform: [{ type: "filter", expr: "datum.run === hover" }] },
    ],
    marks: [
      ...lineMarks(),
      ...axisMarks(),
      ...tickMarks(),
      ...titleMarks(room),
      ...brushMarks(),
      ...reachMarks(),
    ],
  };
}
