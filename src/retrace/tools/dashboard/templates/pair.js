// Two runs side by side: the command that judges them, what differs, curves and confusion matrices.

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
  setTimeout(() => {
    button.textContent = "copy";
  }, 1500);
}

function askBox(a, b) {
  const say = (words) => make("div", { class: "ask" }, make("p", {}, words));
  if (a === b) return say("Choose two different runs.");
  const unfinished = [a, b].find((run) => run.state !== "done");
  if (unfinished) return say(`${unfinished.name} has no scores (${unfinished.state}): nothing to compare.`);
  const command = commandOf(a, b);
  const button = make("button", { type: "button", id: "copy", class: "button" }, "copy");
  button.addEventListener("click", () => copy(command, button));
  return make(
    "div",
    { class: "ask" },
    make(
      "p",
      {},
      "Is B really better than A on the test part? Ask once, when you have chosen: ",
      make("code", { id: "command" }, command),
    ),
    button,
  );
}

function tag(which) {
  return make("span", { class: `tag ${which}` }, which.toUpperCase());
}

function pairTable(title, last, rows) {
  const head = make(
    "tr",
    {},
    make("th", { scope: "col", class: "text" }, title),
    make("th", { scope: "col" }, "A"),
    make("th", { scope: "col" }, "B"),
    last && make("th", { scope: "col" }, last),
  );
  const body = rows.map((cells) =>
    make(
      "tr",
      {},
      make("td", { class: "text" }, cells[0]),
      ...cells.slice(1).map((text) => make("td", {}, text)),
    ),
  );
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
}

function scoresTable(a, b) {
  const rows = columns
    .filter((each) => each.kind === "validation")
    .map((each) => {
      const [one, two] = [each.get(a), each.get(b)];
      const known = one !== null && two !== null;
      return [each.label, score(one), score(two), known ? signed(two - one) : ""];
    });
  return make(
    "div",
    {},
    make("h3", {}, "Validation scores"),
    rows.length ? pairTable("metric", "B − A", rows) : make("p", { class: "soft" }, "None."),
  );
}

function paramsTable(a, b) {
  const differ = columns.filter((each) => each.kind === "param" && each.get(a) !== each.get(b));
  const text = (each, run) => (each.get(run) === null ? "–" : String(each.get(run)));
  const rows = differ.map((each) => [each.label, text(each, a), text(each, b)]);
  return make(
    "div",
    {},
    make("h3", {}, "Parameters that differ"),
    rows.length
      ? pairTable("parameter", null, rows)
      : make("p", { class: "soft" }, "None: code, data or environment may."),
  );
}

function resultFigure(run, which, width) {
  const title = make("h3", {}, tag(which), run.name);
  const spec = run.cells
    ? confusionSpec(run, which, width)
    : run.points
      ? scatterSpec(run, which, width)
      : null;
  if (!spec)
    return make(
      "figure",
      {},
      title,
      make("p", { class: "soft" }, `No confusion matrix: ${run.why ?? run.state}.`),
    );
  const chart = make("div", { class: "chart result", "data-run": run.name });
  chart.drawn = vegaEmbed(chart, spec, EMBED);
  return make(
    "figure",
    { "aria-label": `${run.cells ? "Confusion matrix" : "Predicted against true"} of ${run.name}` },
    title,
    chart,
  );
}

function curveFigures(a, b, width) {
  const found = measures(a, b);
  if (!found.length)
    return [
      make(
        "p",
        { class: "soft" },
        "No curves: neither run was trained in epochs, or their histories were not pulled.",
      ),
    ];
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
  const heading = make(
    "h3",
    { class: "gap" },
    results.some((figure) => figure.querySelector(".result")) && runs[state.a].points
      ? "Predicted against true, validation part"
      : "Confusion on the validation part",
  );
  $("pair").replaceChildren(
    askBox(a, b),
    make("div", { class: "side" }, scoresTable(a, b), paramsTable(a, b)),
    make(
      "h3",
      { class: "gap" },
      "Curves",
      tag("a"),
      make("span", {}, a.name),
      tag("b"),
      make("span", {}, b.name),
    ),
    make("div", { class: "side", id: "curves" }, ...curves),
    heading,
    make("div", { class: "side", id: "results" }, ...results),
  );
}

function startPair() {
  for (const which of ["a", "b"]) {
    $(which).append(...runs.map((run) => make("option", { value: run.index }, run.name)));
    $(which).addEventListener("change", () => choose(which, Number($(which).value)));
  }
  $("swap").addEventListener("click", () => change({ a: state.b, b: state.a }));
  listeners.push((values) => {
    if ("a" in values || "b" in values) drawPair();
  });
  return drawPair();
}
