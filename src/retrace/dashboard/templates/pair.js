// Two runs side by side: the command that judges them, what differs, curves and confusion matrices.

const PARTS = ["validation", "train"];

function commandOf(a, b) {
  return `retrace compare ${a.argument} ${b.argument}`;
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Some browsers keep the clipboard from pages that were opened as files.
    const field = make("textarea", { class: "hidden" });
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  button.textContent = "copied";
  $("said").textContent = `copied: ${text}`;
  setTimeout(() => { button.textContent = "copy"; }, 1500);
}

function askBox(a, b) {
  if (a === b) return make("div", { class: "ask" }, make("p", {}, "Choose two different runs."));
  const named = [a, b].every((run) => run.state === "done");
  if (!named) return make("div", { class: "ask" }, make("p", {}, `${a.state === "done" ? b.name : a.name} has no scores (${(a.state === "done" ? b : a).state}): nothing to compare.`));
  const command = commandOf(a, b);
  const button = make("button", { type: "button", id: "copy", class: "button" }, "copy");
  button.addEventListener("click", () => copy(command, button));
  return make("div", { class: "ask" },
    make("p", {}, "Is B really better than A on the test part? Ask once, when you have chosen: ", make("code", { id: "command" }, command)), button);
}

function tag(which) {
  return make("span", { class: `tag ${which}` }, which.toUpperCase());
}

function pairTable(title, last, rows) {
  const head = make("tr", {}, make("th", { scope: "col", class: "text" }, title), make("th", { scope: "col" }, "A"), make("th", { scope: "col" }, "B"), last && make("th", { scope: "col" }, last));
  const body = rows.map((cells) => make("tr", {}, make("td", { class: "text" }, cells[0]), ...cells.slice(1).map((text) => make("td", {}, text))));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
}

function scoresTable(a, b) {
  const rows = columns.filter((each) => each.kind === "validation").map((each) => {
    const [one, two] = [each.get(a), each.get(b)];
    const known = one !== null && two !== null;
    return [each.label, score(one), score(two), known ? signed(two - one) : ""];
  });
  return make("div", {}, make("h3", {}, "Validation scores"), rows.length ? pairTable("metric", "B − A", rows) : make("p", { class: "soft" }, "None."));
}

function paramsTable(a, b) {
  const differ = columns.filter((each) => each.kind === "param" && each.get(a) !== each.get(b));
  const text = (each, run) => (each.get(run) === null ? "–" : String(each.get(run)));
  const rows = differ.map((each) => [each.label, text(each, a), text(each, b)]);
  return make("div", {}, make("h3", {}, "Parameters that differ"), rows.length ? pairTable("parameter", null, rows) : make("p", { class: "soft" }, "None: code, data or environment may."));
}

// Curves

function measures(a, b) {
  const names = [a, b].flatMap((run) => Object.keys(run.curves ?? {})).filter((name) => name !== "epoch");
  return [...new Set(names.map((name) => name.replace(/^(train|validation)_/, "")))];
}

function curveRows(measure, a, b) {
  return [["A", a], ["B", b]].flatMap(([which, run]) => PARTS.flatMap((part) =>
    (run.curves?.[`${part}_${measure}`] ?? []).map((value, i) => ({ run: which, part, epoch: run.curves.epoch[i], value, name: run.name }))
      .filter((row) => row.value !== null)));
}

const AXIS = { labelColor: "var(--soft)", titleColor: "var(--soft)", domainColor: "var(--line)", tickColor: "var(--line)", gridColor: "var(--line)", gridOpacity: 0.6, titleFontWeight: 400, labelFont: "inherit", titleFont: "inherit" };
const CONFIG = { background: null, view: { stroke: null }, axis: AXIS, legend: { labelColor: "var(--ink)", titleColor: "var(--soft)", symbolStrokeColor: "var(--soft)", labelFont: "inherit" }, font: "inherit" };
const EMBED = { ast: true, actions: false, renderer: "svg", tooltip: { theme: "custom" } };
const RUN_COLOUR = { field: "run", type: "nominal", scale: { domain: ["A", "B"], range: ["var(--a)", "var(--b)"] }, legend: null };

function curveSpec(measure, a, b, width) {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json", width, height: 210, config: CONFIG, autosize: { type: "fit-x", contains: "padding" },
    data: { values: curveRows(measure, a, b) }, mark: { type: "line", strokeWidth: 2, point: { opacity: 0, size: 60 }, tooltip: true },
    encoding: {
      x: { field: "epoch", type: "quantitative", axis: { title: "epoch", tickMinStep: 1, grid: false } },
      y: { field: "value", type: "quantitative", scale: { zero: false }, axis: { title: measure.replaceAll("_", " "), tickCount: 5 } },
      color: RUN_COLOUR,
      strokeDash: { field: "part", type: "nominal", scale: { domain: PARTS, range: [[1, 0], [3, 3]] }, legend: { title: null, orient: "top" } },
      tooltip: [{ field: "name", title: "run" }, { field: "part" }, { field: "epoch" }, { field: "value", format: ".4g", title: measure }],
    },
  };
}

// Confusion matrices, and of a regression predicted against true values

function cellRows(run, which) {
  const names = data.classes[run.classes];
  const totals = new Map();
  for (const [truth, , n] of run.cells) totals.set(truth, (totals.get(truth) ?? 0) + n);
  return run.cells.map(([truth, said, n]) => ({ truth: names[truth], said: names[said], n, share: n / totals.get(truth) }))
    .map((row) => ({ ...row, fill: `color-mix(in oklab, var(--${which}) ${Math.round(12 + 88 * row.share)}%, var(--paper))` }));
}

function confusionSpec(run, which, width) {
  const names = data.classes[run.classes];
  const side = Math.max(160, Math.min(width - 90, 460, 70 * names.length));
  const axis = (field, title) => ({ field, type: "nominal", sort: null, scale: { domain: names },
    axis: { title, domain: false, ticks: false, labelLimit: 90, labelAngle: field === "said" && Math.max(...names.map((name) => name.length)) > 4 ? -45 : 0, labelOverlap: true } });
  const cell = { mark: { type: "rect", cornerRadius: names.length > 30 ? 0 : 2, stroke: "var(--paper)", strokeWidth: names.length > 30 ? 0 : 1.5 },
    encoding: { fill: { field: "fill", type: "nominal", scale: null },
      tooltip: [{ field: "truth", title: "true" }, { field: "said", title: "predicted" }, { field: "n", title: "rows" }, { field: "share", format: ".1%", title: "of the true class" }] } };
  const counts = { mark: { type: "text", fontSize: names.length > 12 ? 9.5 : 12, font: "inherit" }, encoding: { text: { field: "n" },
    color: { condition: { test: "datum.share > 0.55", value: "var(--paper)" }, value: "var(--ink)" } } };
  return { $schema: "https://vega.github.io/schema/vega-lite/v6.json", width: side, height: side, config: CONFIG, data: { values: cellRows(run, which) },
    encoding: { x: axis("said", "predicted"), y: axis("truth", "true") }, layer: names.length > 20 ? [cell] : [cell, counts] };
}

function scatterSpec(run, which, width) {
  const ends = run.points.flat();
  const scale = { domain: [Math.min(...ends), Math.max(...ends)], nice: true, zero: false };
  const line = { data: { values: [scale.domain[0], scale.domain[1]].map((value) => ({ t: value, p: value })) }, mark: { type: "line", stroke: "var(--soft)", strokeDash: [4, 4] } };
  return { $schema: "https://vega.github.io/schema/vega-lite/v6.json", width: Math.min(width - 80, 420), height: 320, config: CONFIG,
    data: { values: run.points.map(([t, p]) => ({ t, p })) },
    encoding: { x: { field: "t", type: "quantitative", scale, axis: { title: "true" } }, y: { field: "p", type: "quantitative", scale, axis: { title: "predicted" } } },
    layer: [line, { mark: { type: "point", filled: true, size: 24, opacity: 0.55, color: `var(--${which})`, tooltip: true } }] };
}

function resultFigure(run, which, width) {
  const title = make("h3", {}, tag(which), run.name);
  const spec = run.cells ? confusionSpec(run, which, width) : run.points ? scatterSpec(run, which, width) : null;
  if (!spec) return make("figure", {}, title, make("p", { class: "soft" }, `No confusion matrix: ${run.why ?? run.state}.`));
  const chart = make("div", { class: "chart result", "data-run": run.name });
  chart.drawn = vegaEmbed(chart, spec, EMBED);
  return make("figure", { "aria-label": `${run.cells ? "Confusion matrix" : "Predicted against true"} of ${run.name}` }, title, chart);
}

function curveFigures(a, b, width) {
  const found = measures(a, b);
  if (!found.length) return [make("p", { class: "soft" }, "No curves: neither run was trained in epochs, or their histories were not pulled.")];
  return found.map((measure) => {
    const chart = make("div", { class: "chart curve" });
    chart.drawn = vegaEmbed(chart, curveSpec(measure, a, b, width), EMBED);
    return make("figure", { "aria-label": `${measure} by epoch of ${a.name} and ${b.name}` }, chart);
  });
}

async function drawPair() {
  const [a, b] = [runs[state.a], runs[state.b]];
  $("a").value = state.a;
  $("b").value = state.b;
  const wide = $("pair").clientWidth;
  const width = wide > 760 ? (wide - 32) / 2 : wide;
  const curves = curveFigures(a, b, width);
  const results = [resultFigure(a, "a", width), resultFigure(b, "b", width)];
  await Promise.all([...curves, ...results].map((figure) => figure.querySelector?.(".chart")?.drawn));
  const heading = make("h3", { class: "gap" }, results.some((figure) => figure.querySelector(".result")) && runs[state.a].points ? "Predicted against true, validation part" : "Confusion on the validation part");
  $("pair").replaceChildren(askBox(a, b), make("div", { class: "side" }, scoresTable(a, b), paramsTable(a, b)),
    make("h3", { class: "gap" }, "Curves", tag("a"), make("span", {}, a.name), tag("b"), make("span", {}, b.name)), make("div", { class: "side", id: "curves" }, ...curves), heading, make("div", { class: "side", id: "results" }, ...results));
}

function startPair() {
  for (const which of ["a", "b"]) {
    $(which).append(...runs.map((run) => make("option", { value: run.index }, run.name)));
    $(which).addEventListener("change", () => choose(which, Number($(which).value)));
  }
  $("swap").addEventListener("click", () => change({ a: state.b, b: state.a }));
  listeners.push((values) => { if ("a" in values || "b" in values) drawPair(); });
  return drawPair();
}
