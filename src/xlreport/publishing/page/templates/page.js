"use strict";
(function () {
  var table = document.querySelector("table.units");
  var controls = document.getElementById("controls");
  var search = document.getElementById("search");
  var shown = document.getElementById("shown");
  var nothing = document.getElementById("nothing");
  var units = Array.prototype.slice.call(table.tBodies);
  var heads = Array.prototype.slice.call(table.querySelectorAll("th[data-sort]"));
  // what is sought in numbers begins with the largest
  var NUMBERS = ["errors", "warnings"];

  function plain(text) {
    return text.toLowerCase().replace(/\s+/g, "");
  }

  function state() {
    return controls.querySelector("input[name=state]:checked").value;
  }

  function filter() {
    var wanted = state();
    var words = plain(search.value);
    var count = 0;
    units.forEach(function (unit) {
      var fits = (!wanted || unit.dataset.state === wanted) && plain(unit.dataset.name).indexOf(words) >= 0;
      unit.hidden = !fits;
      count += fits ? 1 : 0;
    });
    nothing.hidden = count > 0;
    shown.textContent = "共 " + units.length + " 个单位，列出 " + count + " 个";
  }

  function value(unit, key) {
    if (key === "state") return Number(unit.dataset.rank);
    return NUMBERS.indexOf(key) >= 0 ? Number(unit.dataset[key]) : unit.dataset[key];
  }

  function sort(head) {
    var key = head.dataset.sort;
    var first = NUMBERS.indexOf(key) >= 0 ? "descending" : "ascending";
    var other = first === "ascending" ? "descending" : "ascending";
    var direction = head.getAttribute("aria-sort") === first ? other : first;
    var sign = direction === "ascending" ? 1 : -1;
    heads.forEach(function (each) { each.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", direction);
    units.slice().sort(function (a, b) {
      var x = value(a, key), y = value(b, key);
      if (x !== y) return x < y ? -sign : sign;
      return Number(a.dataset.rank) - Number(b.dataset.rank);
    }).forEach(function (unit) { table.appendChild(unit); });
  }

  heads.forEach(function (head) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", function () { sort(head); });
    head.dataset.label = head.textContent;
    head.textContent = "";
    head.appendChild(button);
  });

  document.querySelectorAll("a[data-show]").forEach(function (link) {
    link.addEventListener("click", function () {
      search.value = "";
      controls.querySelector("input[value=" + link.dataset.show + "]").checked = true;
      filter();
    });
  });

  controls.addEventListener("submit", function (event) { event.preventDefault(); });
  controls.addEventListener("change", filter);
  search.addEventListener("input", filter);

  // on paper everything stands open that is on the screen, but for the tables beside charts
  var opened = [];
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("#state details, #units details, #notes details").forEach(function (details) {
      if (details.open) return;
      details.open = true;
      opened.push(details);
    });
  });
  window.addEventListener("afterprint", function () {
    opened.splice(0).forEach(function (details) { details.open = false; });
  });

  controls.hidden = false;
  filter();
})();
