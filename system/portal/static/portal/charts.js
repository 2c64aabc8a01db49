// Draws what stands in the table below: bars over names, or lines over time with gaps where nothing was measured.
"use strict";
(function () {
  var COLOURS = ["#0b5563", "#c8641b", "#5b2a86", "#1b6b34"];
  var ZONE = "America/Bogota";
  var HEIGHT = 300;

  function writer(data) {
    var format = new Intl.NumberFormat("es-CO", { maximumFractionDigits: data.decimals });
    return function (value) {
      if (value === null || value === undefined) return "—";
      var text = format.format(value);
      return data.kind === "pesos" ? "$ " + text : data.kind === "kwh" ? text + " kWh" : data.kind === "percent" ? text + " %" : text;
    };
  }
  function said(options) {
    var format = new Intl.DateTimeFormat("es-CO", Object.assign({ timeZone: ZONE }, options));
    return function (at) { return format.format(new Date(at * 1000)); };
  }
  var day = said({ day: "numeric", month: "short" });
  var hour = said({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  // an hour where the marks lie close, with its day where that changes; else the day
  function clock(places) {
    var close = places.length > 1 && places[1] - places[0] < 86400;
    return function (at, number) {
      if (!close) return day(at);
      return number === 0 || day(places[number - 1]) !== day(at) ? hour(at) + "\n" + day(at) : hour(at);
    };
  }
  function short(text, most) { return text.length > most ? text.slice(0, most - 1) + "…" : text; }

  function bars(data, count, number) {
    // two series stand side by side at one place, more lie over each other
    var size = count === 1 ? 0.7 : 0.4;
    return uPlot.paths.bars({ size: [size, 60], align: count === 1 ? 0 : number === 0 ? -1 : 1 });
  }
  function options(data, width) {
    var write = writer(data);
    var line = data.shape === "line";
    var widest = data.series.reduce(function (most, kept) {
      return kept.reduce(function (more, y) { return Math.max(more, write(y).length); }, most);
    }, Math.max(4, write(1).length + 2)); // where nothing is drawn, the axis goes from 0 to 1 in steps
    var names = data.x;
    var series = data.names.map(function (name, number) {
      return {
        label: name, stroke: COLOURS[number % COLOURS.length], width: line ? 1.5 : 1,
        fill: line ? undefined : COLOURS[number % COLOURS.length] + "cc",
        paths: line ? undefined : bars(data, data.names.length, number),
        points: { show: line ? undefined : false }, spanGaps: false,
        value: function (_, y) { return write(y); },
      };
    });
    var x = { label: data.along || "Momento", value: function (u, at) { return at === null || at === undefined ? "—" : data.time ? u.series[0].stamp(at) : names[at] || "—"; } };
    x.stamp = function (at) { return day(at) + ", " + hour(at); };
    var first = data.time ? { space: 70, values: function (_, places) { return places.map(clock(places)); } } : {
      splits: function (u) {
        var step = Math.max(1, Math.ceil(names.length / Math.max(1, Math.floor(u.width / 90))));
        return names.map(function (_, place) { return place; }).filter(function (place) { return place % step === 0; });
      },
      values: function (_, places) { return places.map(function (place) { return short(names[place] || "", 14); }); },
      grid: { show: false },
    };
    return {
      width: width, height: HEIGHT, series: [x].concat(series),
      axes: [first, { size: Math.min(140, 14 + 7 * widest), values: function (_, ys) { return ys.map(write); } }],
      scales: {
        x: data.time ? { time: true } : { time: false, range: [-0.5, names.length - 0.5] },
        y: { range: function (_, low, high) { return [Math.min(0, low || 0), high > 0 ? high * 1.05 : low < 0 ? 0 : 1]; } },
      },
      tzDate: function (at) { return uPlot.tzDate(new Date(at * 1000), ZONE); },
      legend: { live: true }, cursor: { drag: { x: data.time, y: false } },
    };
  }
  function draw(place) {
    var data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    var x = data.time ? data.x : data.x.map(function (_, number) { return number; });
    var plot = new uPlot(options(data, place.clientWidth), [x].concat(data.series), place);
    new ResizeObserver(function () {
      if (place.clientWidth && place.clientWidth !== plot.width) plot.setSize({ width: place.clientWidth, height: HEIGHT });
    }).observe(place);
  }
  document.querySelectorAll("[data-chart]").forEach(draw);
})();
