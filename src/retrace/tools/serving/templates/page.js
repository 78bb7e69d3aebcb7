"use strict";
const settings = JSON.parse(document.body.dataset.settings);
const byId = (id) => document.getElementById(id);
let latest = 0;

async function ask(type, body) {
  const mine = ++latest;
  const headers = { "Content-Type": type };
  if (byId("token")) headers.Authorization = `Bearer ${byId("token").value}`;
  let said;
  try {
    said = await (await fetch("predict", { method: "POST", headers, body })).json();
  } catch (error) {
    said = { error: `the server does not answer: ${error.message}`, details: [] };
  }
  if (mine === latest) show(said);
}

function show(said) {
  byId("error").textContent = said.error ? [said.error, ...said.details].join("\n") : "";
  byId("notes").textContent = (said.notes || []).join("; ");
  const answer = byId("answer");
  answer.replaceChildren();
  if (said.error) return;
  const row = said.rows[0];
  if (!row.probabilities) {
    answer.textContent = String(row.predicted);
    return;
  }
  const shares = Object.entries(row.probabilities).sort((a, b) => b[1] - a[1]).slice(0, 12);
  answer.dataset.predicted = row.predicted;
  answer.append(...shares.map(([name, share]) => bar(name, share, name === row.predicted)));
}

function bar(name, share, first) {
  const line = document.createElement("div");
  line.className = first ? "bar first" : "bar";
  const label = document.createElement("span");
  label.textContent = name;
  const fill = document.createElement("i");
  fill.style.width = `${100 * share}%`;
  const box = document.createElement("span");
  box.append(fill);
  const number = document.createElement("span");
  number.textContent = `${(100 * share).toFixed(1)} %`;
  line.append(label, box, number);
  return line;
}

/* Ink of a square canvas -> the model's pixels: cut out, centred, and counted in blocks. */
function shrink(pad) {
  const [height, width] = settings.shape;
  const data = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height).data;
  let left = pad.width, right = -1, top = pad.height, bottom = -1;
  for (let y = 0; y < pad.height; y++) {
    for (let x = 0; x < pad.width; x++) {
      if (data[4 * (y * pad.width + x)] < 128) {
        left = Math.min(left, x); right = Math.max(right, x);
        top = Math.min(top, y); bottom = Math.max(bottom, y);
      }
    }
  }
  if (right < 0) return null;
  // The height fills the image; a thin stroke is not made wide.
  const side = Math.max(bottom - top + 1, right - left + 1);
  const x0 = (left + right + 1 - side) / 2, y0 = (top + bottom + 1 - side) / 2;
  const rows = [];
  for (let i = 0; i < height; i++) {
    rows.push([]);
    for (let j = 0; j < width; j++) rows[i].push(inkOf(data, pad, x0, y0, side, i, j));
  }
  return rows;
}

function inkOf(data, pad, x0, y0, side, i, j) {
  const [height, width] = settings.shape, steps = 8;
  let ink = 0;
  for (let a = 0; a < steps; a++) {
    for (let b = 0; b < steps; b++) {
      const x = Math.floor(x0 + side * (j + (b + 0.5) / steps) / width);
      const y = Math.floor(y0 + side * (i + (a + 0.5) / steps) / height);
      const inside = x >= 0 && y >= 0 && x < pad.width && y < pad.height;
      if (inside && data[4 * (y * pad.width + x)] < 128) ink++;
    }
  }
  return Math.round(settings.ink * ink / (steps * steps));
}

function drawing() {
  const pad = byId("pad"), pen = pad.getContext("2d", { willReadFrequently: true });
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, pad.width, pad.height);
    byId("small").getContext("2d").clearRect(0, 0, 99, 99);
  };
  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return [(event.clientX - box.left) * pad.width / box.width, (event.clientY - box.top) * pad.height / box.height];
  };
  let last = null;
  clear();
  pen.lineWidth = 44; pen.lineCap = pen.lineJoin = "round"; pen.strokeStyle = "#000";
  pad.addEventListener("pointerdown", (event) => { last = place(event); pad.setPointerCapture(event.pointerId); });
  pad.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = place(event);
    pen.beginPath(); pen.moveTo(...last); pen.lineTo(...next); pen.stroke();
    last = next;
  });
  pad.addEventListener("pointerup", () => { last = null; askDrawing(pad); });
  byId("clear").addEventListener("click", clear);
}

function askDrawing(pad) {
  const rows = shrink(pad);
  if (!rows) return;
  const small = byId("small").getContext("2d");
  rows.forEach((row, i) => row.forEach((ink, j) => {
    const grey = 255 - Math.round(255 * ink / settings.ink);
    small.fillStyle = `rgb(${grey},${grey},${grey})`;
    small.fillRect(j, i, 1, 1);
  }));
  ask("application/json", JSON.stringify({ rows: [rows] }));
}

function photos() {
  const drop = byId("drop");
  const send = (file) => file && ask(file.type.startsWith("image/") ? file.type : "image/unknown", file);
  byId("file").addEventListener("change", (event) => send(event.target.files[0]));
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => { event.preventDefault(); send(event.dataTransfer.files[0]); });
}

function form() {
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const row = {};
    for (const input of event.target.querySelectorAll("input")) {
      const text = input.value.trim();
      const number = input.dataset.kind === "number" && text !== "" && Number.isFinite(Number(text));
      row[input.name] = text === "" ? null : number ? Number(text) : text;
    }
    ask("application/json", JSON.stringify({ rows: [row] }));
  });
}

if (settings.drawn) drawing();
if (settings.kind === "image") photos();
else if (settings.kind === "tabular") form();
else byId("ask").addEventListener("click", () => ask("application/json", JSON.stringify({ rows: [byId("text").value] })));
