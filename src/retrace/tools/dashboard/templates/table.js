// The table of runs.

function shownColumns() {
  const used = (each) =>
    !["difference", "p"].includes(each.key) || runs.some((run) => each.get(run) !== null);
  return columns.filter(
    (each) => (each.kind !== "other" || state.other) && !state.away.has(each.key) && used(each),
  );
}

function rowOf(run, shown) {
  const row = make("tr", {
    class: run.index === state.a ? "is-a" : run.index === state.b ? "is-b" : null,
    "data-run": run.index,
    onclick: () => {
      if (!String(window.getSelection())) choose("b", run.index);
    },
  });
  row.append(nameCell(run), ...shown.map((each) => (CELLS[each.key] ?? valueCell)(each, run)));
  return row;
}

function drawTable() {
  const shown = shownColumns();
  const found = sorted(passing());
  $("table").tHead.replaceChildren(make("tr", {}, headCell(byKey.get("name")), ...shown.map(headCell)));
  $("table").tBodies[0].replaceChildren(...found.map((run) => rowOf(run, shown)));
  const all = runs.length === 1 ? "1 run" : `${runs.length} runs`;
  $("count").textContent = found.length === runs.length ? all : `${found.length} of ${all}`;
}

function drawChosen() {
  for (const row of $("table").tBodies[0].rows) {
    const index = Number(row.dataset.run);
    row.className = index === state.a ? "is-a" : index === state.b ? "is-b" : "";
    row.querySelector(".ab .a").setAttribute("aria-pressed", String(index === state.a));
    row.querySelector(".ab .b").setAttribute("aria-pressed", String(index === state.b));
  }
}

function drawRanges() {
  const chips = [...state.ranges].map(([key, range]) => {
    const words = range.values
      ? range.values.join(", ")
      : `${number(range.low, 3)} to ${number(range.high, 3)}`;
    return make(
      "button",
      { type: "button", title: "Remove this range", onclick: () => setRange(key, null) },
      `${byKey.get(key).label}: ${words} ×`,
    );
  });
  $("ranges").replaceChildren(...chips);
}

function setRange(key, range) {
  const ranges = new Map(state.ranges);
  if (range) ranges.set(key, range);
  else ranges.delete(key);
  change({ ranges });
}

function startTable() {
  const words = [...new Set(runs.map((run) => run.verdict ?? run.state))];
  const box = (each) =>
    make(
      "label",
      {},
      make("input", {
        type: "checkbox",
        checked: !state.away.has(each.key),
        onchange: (event) => {
          const away = new Set(state.away);
          away[event.target.checked ? "delete" : "add"](each.key);
          change({ away });
        },
      }),
      each.label,
    );
  $("columns").append(...columns.filter((each) => each.kind !== "other").map(box));
  $("verdict").append(
    make("option", { value: "" }, "all verdicts"),
    ...words.map((word) => make("option", { value: word }, word)),
  );
  $("verdict").addEventListener("change", () => change({ verdict: $("verdict").value }));
  $("filter").addEventListener("input", () => change({ text: $("filter").value }));
  $("other").addEventListener("change", () => change({ other: $("other").checked }));
  $("other").parentElement.hidden = !columns.some((each) => each.kind === "other");
  listeners.push((values) => {
    if ("a" in values || "b" in values) drawChosen();
    if (["sort", "text", "verdict", "ranges", "other", "away"].some((key) => key in values)) drawTable();
    if ("ranges" in values) drawRanges();
  });
  drawTable();
}
