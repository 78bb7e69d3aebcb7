"use strict";
// A chart is drawn when it comes near the window: so thousands of trials open at once.
const figures = JSON.parse(document.getElementById("figures").textContent);
const charts = document.querySelectorAll("[data-figure]");
const draw = async (chart) => {
  const { data, layout } = figures[chart.dataset.figure];
  await Plotly.newPlot(chart, data, layout, { responsive: true, displaylogo: false });
  chart.dataset.drawn = "yes";
};
const watcher = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    draw(target);
  }
}, { rootMargin: "300px" });
charts.forEach((chart) => watcher.observe(chart));
addEventListener("beforeprint", () => charts.forEach((chart) => chart.dataset.drawn || draw(chart)));
document.documentElement.dataset.ready = "yes";
