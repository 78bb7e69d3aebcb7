// Charts of a run or two, for Vega-Lite: curves by epoch, confusion matrices, points of a regression.

const PARTS = ["validation", "train"];

function measures(a, b) {
  const names = [a, b]
    .flatMap((run) => Object.keys(run.curves ?? {}))
    .filter((name) => name !== "epoch");
  return [...new Set(names.map((name) => name.replace(/^(train|validation)_/, "")))];
}

function curveRows(measure, a, b) {
  return [
    ["A", a],
    ["B", b],
  ].flatMap(([which, run]) =>
    PARTS.flatMap((part) =>
      (run.curves?.[`${part}_${measure}`] ?? [])
        .map((value, i) => ({ run: which, part, epoch: run.curves.epoch[i], value, name: run.name }))
        .filter((row) => row.value !== null),
    ),
  );
}

const AXIS = {
  labelColor: "var(--soft)",
  titleColor: "var(--soft)",
  domainColor: "var(--line)",
  tickColor: "var(--line)",
  gridColor: "var(--line)",
  gridOpacity: 0.6,
  titleFontWeight: 400,
  labelFont: "inherit",
  titleFont: "inherit",
};
const CONFIG = {
  background: null,
  view: { stroke: null },
  axis: AXIS,
  legend: {
    labelColor: "var(--ink)",
    titleColor: "var(--soft)",
    symbolStrokeColor: "var(--soft)",
    labelFont: "inherit",
  },
  font: "inherit",
};
const EMBED = { ast: true, actions: false, renderer: "svg", tooltip: { theme: "custom" } };
const RUN_COLOUR = {
  field: "run",
  type: "nominal",
  scale: { domain: ["A", "B"], range: ["var(--a)", "var(--b)"] },
  legend: null,
};

function curveSpec(measure, a, b, width) {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width,
    height: 210,
    config: CONFIG,
    autosize: { type: "fit-x", contains: "padding" },
    data: { values: curveRows(measure, a, b) },
    mark: { type: "line", strokeWidth: 2, point: { opacity: 0, size: 60 }, tooltip: true },
    encoding: {
      x: { field: "epoch", type: "quantitative", axis: { title: "epoch", tickMinStep: 1, grid: false } },
      y: {
        field: "value",
        type: "quantitative",
        scale: { zero: false },
        axis: { title: measure.replaceAll("_", " "), tickCount: 5 },
      },
      color: RUN_COLOUR,
      strokeDash: {
        field: "part",
        type: "nominal",
        scale: {
          domain: PARTS,
          range: [
            [1, 0],
            [3, 3],
          ],
        },
        legend: {
          title: null,
          orient: "top",
          symbolType: "stroke",
          symbolOpacity: 1,
          symbolSize: 400,
          symbolStrokeWidth: 2,
          // Of the lines and of the points, which are not seen: they share a legend, so must say the same.
          encoding: {
            symbols: {
              stroke: { value: "var(--soft)" },
              fill: { value: "transparent" },
              fillOpacity: { value: 1 },
            },
          },
        },
      },
      tooltip: [
        { field: "name", title: "run" },
        { field: "part" },
        { field: "epoch" },
        { field: "value", format: ".4g", title: measure },
      ],
    },
  };
}

// Confusion matrices, and of a regression predicted against true values

function cellRows(run, which) {
  const names = data.classes[run.classes];
  const totals = new Map();
  for (const [truth, , n] of run.cells) totals.set(truth, (totals.get(truth) ?? 0) + n);
  return run.cells
    .map(([truth, said, n]) => ({
      truth: names[truth],
      said: names[said],
      n,
      share: n / totals.get(truth),
    }))
    .map((row) => ({
      ...row,
      fill: `color-mix(in oklab, var(--${which}) ${Math.round(12 + 88 * row.share)}%, var(--paper))`,
    }));
}

function confusionSpec(run, which, width) {
  const names = data.classes[run.classes];
  const side = Math.max(160, Math.min(width - 90, 460, 70 * names.length));
  const axis = (field, title) => ({
    field,
    type: "nominal",
    sort: null,
    scale: { domain: names },
    axis: {
      title,
      domain: false,
      ticks: false,
      labelLimit: 90,
      labelAngle: field === "said" && Math.max(...names.map((name) => name.length)) > 4 ? -45 : 0,
      labelOverlap: true,
    },
  });
  const cell = {
    mark: {
      type: "rect",
      cornerRadius: names.length > 30 ? 0 : 2,
      stroke: "var(--paper)",
      strokeWidth: names.length > 30 ? 0 : 1.5,
    },
    encoding: {
      fill: { field: "fill", type: "nominal", scale: null },
      tooltip: [
        { field: "truth", title: "true" },
        { field: "said", title: "predicted" },
        { field: "n", title: "rows" },
        { field: "share", format: ".1%", title: "of the true class" },
      ],
    },
  };
  const counts = {
    mark: { type: "text", fontSize: names.length > 12 ? 9.5 : 12, font: "inherit" },
    encoding: {
      text: { field: "n" },
      color: { condition: { test: "datum.share > 0.55", value: "var(--paper)" }, value: "var(--ink)" },
    },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: side,
    height: side,
    config: CONFIG,
    data: { values: cellRows(run, which) },
    encoding: { x: axis("said", "predicted"), y: axis("truth", "true") },
    layer: names.length > 20 ? [cell] : [cell, counts],
  };
}

function scatterSpec(run, which, width) {
  const ends = run.points.flat();
  const scale = { domain: [Math.min(...ends), Math.max(...ends)], nice: true, zero: false };
  const line = {
    data: { values: [scale.domain[0], scale.domain[1]].map((value) => ({ t: value, p: value })) },
    mark: { type: "line", stroke: "var(--soft)", strokeDash: [4, 4] },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: Math.min(width - 80, 420),
    height: 320,
    config: CONFIG,
    data: { values: run.points.map(([t, p]) => ({ t, p })) },
    encoding: {
      x: { field: "t", type: "quantitative", scale, axis: { title: "true" } },
      y: { field: "p", type: "quantitative", scale, axis: { title: "predicted" } },
    },
    layer: [
      line,
      {
        mark: {
          type: "point",
          filled: true,
          size: 24,
          opacity: 0.55,
          color: `var(--${which})`,
          tooltip: true,
        },
      },
    ],
  };
}
