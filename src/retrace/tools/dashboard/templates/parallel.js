// The parallel coordinates: drawn once, then only lines and ranges change.

let view = null;

async function drawParallel() {
  const width = Math.max($("parallel").clientWidth - 16, 112 * chosenAxes.size);
  const axes = currentAxes(width);
  if (axes.length < 2) {
    $("parallel").replaceChildren(
      make(
        "p",
        { class: "soft" },
        "Too little differs yet: a chart needs a parameter or two metrics with values.",
      ),
    );
    return;
  }
  const found = await vegaEmbed("#parallel", parallelSpec(axes, width), {
    ast: true,
    actions: false,
    renderer: "svg",
    tooltip: { theme: "custom" },
  });
  view = found.view;
  view.axes = axes;
  $("parallel").setAttribute(
    "aria-label",
    `Parallel coordinates of ${axes.map((axis) => axis.each.label).join(", ")}`,
  );
  view.addEventListener("click", (_, item) => {
    if (item?.mark.name === "reach") choose("b", item.datum.run);
  });
  view.addEventListener("pointerdown", (event, item) => {
    if (item?.mark.name === "hit")
      startBrush(
        event,
        axes.find((axis) => axis.each.key === item.datum.key),
      );
  });
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

function updateParallel() {
  if (!view) return;
  view.data("lines", lineRows(view.axes)).data("brushes", brushRows(view.axes)).runAsync();
}

function startParallel() {
  const box = (each) =>
    make(
      "label",
      {},
      make("input", {
        type: "checkbox",
        checked: chosenAxes.has(each.key),
        onchange: (event) => {
          chosenAxes[event.target.checked ? "add" : "delete"](each.key);
          drawParallel();
        },
      }),
      each.label,
    );
  $("axes").append(...candidates.map(box));
  if (ranking) $("legend").append("worse", make("i"), `better ${ranking.label}`);
  listeners.push((values) => {
    if (["a", "b", "text", "verdict", "ranges"].some((key) => key in values)) updateParallel();
  });
  return drawParallel();
}
