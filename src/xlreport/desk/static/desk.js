"use strict";
(function () {
  var root = document.documentElement;
  var token = document.querySelector("meta[name=desk-token]").content;
  var live = document.getElementById("live");
  var LOST = "工作台没有回答：可能已经关闭，或者电脑休眠过。已收下的都在；请重新打开工作台，没有收下的再放一次。";
  root.classList.add("script");

  var silence;

  function say(text) {
    if (live.textContent !== text) live.textContent = text;
    window.clearTimeout(silence);
    silence = window.setTimeout(function () { live.textContent = ""; }, 8000);
  }

  // what the desk itself says, or that it says nothing
  function why(error) {
    return error.name === "Error" && error.message ? error.message : LOST;
  }

  function all(selector, within) {
    return Array.from((within || document).querySelectorAll(selector));
  }

  function ask(address, options) {
    var how = options || {};
    how.headers = { "Accept": "application/json", "X-Desk-Token": token };
    how.credentials = "same-origin";
    return fetch(address, how).then(function (answer) {
      return answer.json().then(function (found) {
        if (!answer.ok) throw new Error(found.sentence || LOST);
        return found;
      });
    });
  }

  // --- what is opened with another program leads to no other page ---

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.classList.contains("opens")) return;
    event.preventDefault();
    ask(form.action, { method: "POST" }).then(function (done) {
      refused(form, "");
      say(done.sentence);
    }).catch(function (error) { refused(form, why(error)); });
  });

  // a sentence beside a form, until it is sent once more
  function refused(form, sentence) {
    var told = form.querySelector("[role=alert]");
    if (told) told.remove();
    if (!sentence) return;
    told = document.createElement("span");
    told.className = "fault";
    told.setAttribute("role", "alert");
    told.textContent = sentence;
    form.append(told);
  }

  // --- a form is sent once ---

  document.addEventListener("submit", function (event) {
    if (event.target.method !== "post" || event.defaultPrevented) return;
    window.setTimeout(function () {
      all("button", event.target).forEach(function (button) { button.disabled = true; });
    }, 0);
  });
  window.addEventListener("pageshow", function () {
    all("form[method=post] button").forEach(function (button) { button.disabled = false; });
    all("form.afresh").forEach(function (form) { form.reset(); });
  });

  // --- the table of the units ---

  var controls = document.getElementById("controls");
  var search = document.getElementById("search");

  function filter() {
    var table = document.getElementById("collection");
    if (!controls || !table) return;
    var state = controls.querySelector("input[name=state]:checked").value;
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var rows = all("tbody tr", table);
    var count = 0;
    rows.forEach(function (row) {
      var fits = (!state || row.dataset.state === state) && words.every(function (word) {
        return row.dataset.names.indexOf(word) >= 0;
      });
      row.hidden = !fits;
      count += fits ? 1 : 0;
    });
    document.getElementById("nothing").hidden = count > 0;
    document.getElementById("shown").textContent = "列出 " + count + " 个单位";
  }

  // the page without words has every unit: what is filtered here needs all of them
  var isWhole = !/[?&](state|q)=[^&]/.test(location.search);

  if (controls) {
    controls.addEventListener("submit", function (event) { if (isWhole) event.preventDefault(); });
    controls.addEventListener("change", function () { if (isWhole) filter(); else controls.submit(); });
    search.addEventListener("input", function () { if (isWhole) filter(); });
    filter();
  }

  // --- what changes while the page is open ---

  var PARTS = ["state", "listed", "people", "recent"];
  var number = null;

  function nameOf(element) {
    return element.id || element.getAttribute("href") || element.getAttribute("aria-label");
  }

  // whoever is at something with the keyboard stays there; where it is gone, at the part that had it
  function replaced(old, now) {
    var at = old.contains(document.activeElement) ? document.activeElement : null;
    all("details[open]", old).forEach(function (each) {
      var again = now.querySelector("#" + each.id);
      if (again) again.open = true;
    });
    old.replaceWith(now);
    if (!at) return;
    var same = all("a, button, input, [tabindex]", now).filter(function (each) {
      return nameOf(each) && nameOf(each) === nameOf(at);
    })[0];
    (same || now).focus();
  }

  function read(address) {
    return fetch(address, { credentials: "same-origin" }).then(function (answer) {
      return answer.text();
    }).then(function (text) {
      return new DOMParser().parseFromString(text, "text/html");
    });
  }

  function refresh() {
    return read(location.pathname + location.search).then(function (fresh) {
      PARTS.forEach(function (name) {
        var old = document.getElementById(name), now = fresh.getElementById(name);
        if (old && now) replaced(old, document.adoptNode(now));
        else if (!old && now && name !== "state") document.getElementById("main").appendChild(document.adoptNode(now));
      });
      all("#controls fieldset span", fresh).forEach(function (span, place) {
        var own = all("#controls fieldset span")[place];
        if (own) own.textContent = span.textContent;
      });
      filter();
    });
  }

  function far(job) {
    return job.total ? " " + job.count + " / " + job.total : "";
  }

  function step(job) {
    if (!job) return "";
    return job.title + "：" + (job.what || job.state) + far(job);
  }

  function drawJob(job) {
    var bar = document.getElementById("job-bar");
    if (!job || !bar) return;
    if (job.total) { bar.max = job.total; bar.value = job.count; }
    else bar.removeAttribute("value");
    var title = document.getElementById("job-title");
    if (title) title.textContent = job.title;
    document.getElementById("job-state").textContent = job.state;
    document.getElementById("job-step").textContent = job.what + far(job);
  }

  var state = document.getElementById("state");
  var waiting = {}, collecting = {};

  var timer, asking = false;

  function later(milliseconds) {
    window.clearTimeout(timer);
    timer = window.setTimeout(watch, milliseconds);
  }

  function asked(items, name, begun) {
    return Object.keys(items).slice(0, 200).reduce(function (before, path) {
      var longer = before + "&" + name + "=" + encodeURIComponent(path);
      return longer.length < 100000 ? longer : before;
    }, begun);
  }

  function watch() {
    if (asking) return;
    asking = true;
    // no more than a server takes in one line
    var query = asked(waiting, "path", asked(collecting, "mail", ""));
    ask("/state.json?" + query).then(function (now) {
      drawJob(now.job);
      now.verdicts.forEach(judged);
      now.mails.forEach(collected);
      if (number !== null && now.number !== number) refresh();
      number = now.number;
      if (now.trouble) say(now.trouble);
      return !now.trouble && (now.job || !now.fresh || Object.keys(waiting).length + Object.keys(collecting).length > 0);
    }).catch(function (error) {
      say(why(error));
      return false;
    }).then(function (busy) {
      asking = false;
      later(busy ? 400 : 5000);
    });
  }

  if (state) {
    number = Number(state.dataset.number);
    watch();
  }

  // --- the page of an action ---

  // in its place: whoever is in the navigation stays there, others come to how it ended
  function ended() {
    return read(location.href).then(function (fresh) {
      document.title = fresh.title;
      replaced(document.getElementById("main"), document.adoptNode(fresh.getElementById("main")));
      var at = document.activeElement;
      if (at === document.body || at.id === "main") document.getElementById("job").focus();
    });
  }

  var job = document.getElementById("job");
  if (job && !state && (job.dataset.state === "running" || job.dataset.state === "waiting")) {
    (function follow() {
      ask("/jobs/" + job.dataset.job + ".json").then(function (now) {
        drawJob(now);
        say(step(now));
        if (!now.open) return ended();
        window.setTimeout(follow, 500);
      }).catch(function (error) { say(why(error)); window.setTimeout(follow, 5000); });
    })();
  }

  // --- files that are dropped ---

  var drop = document.getElementById("drop");
  var list = document.getElementById("upload-list");
  var queue = [];
  var sent = 0, total = 0, taken = 0, failed = 0, running = false;

  function line(name) {
    var item = document.createElement("li");
    var tag = document.createElement("span");
    var told = document.createElement("span");
    var advice = document.createElement("span");
    tag.className = "tag reading";
    tag.textContent = "等候";
    told.className = "file";
    told.textContent = " " + name + " ";
    advice.className = "advice";
    item.append(tag, told, advice);
    list.prepend(item);
    return item;
  }

  function tell(item, state, label, sentence) {
    item.firstChild.className = "tag " + state;
    item.firstChild.textContent = label;
    item.lastChild.textContent = sentence;
  }

  function judged(verdict) {
    var item = waiting[verdict.path];
    if (!item || verdict.state === "reading") return;
    tell(item, verdict.state, verdict.label, (item.dataset.before || "") + (verdict.unit ? verdict.unit + "　" : "") + verdict.sentence);
    delete waiting[verdict.path];
  }

  // messages that were dropped together are collected once, when the last of them is there
  var mails = [], pause;

  function collect() {
    if (!mails.length) return;
    var now = mails.splice(0);
    ask("/mails", { method: "POST" }).then(function () {
      now.forEach(function (mail) { collecting[mail.path] = mail.item; });
      later(100);
    }).catch(function (error) {
      mails = now.concat(mails);
      say(why(error));
    });
  }

  function collected(verdict) {
    var item = collecting[verdict.path];
    if (!item) return;
    tell(item, verdict.state, verdict.label, verdict.sentence);
    delete collecting[verdict.path];
  }

  var LABELS = { taken: "已收下", same: "收过", mail: "邮件", passed: "没有收" };

  function received(item, receipt) {
    var label = LABELS[receipt.state];
    tell(item, receipt.state, label, receipt.sentence === label ? "" : receipt.sentence);
    if (receipt.state === "taken" || receipt.state === "mail") taken += 1;
    if (receipt.state === "same") item.dataset.before = receipt.sentence + "。";
    if (receipt.state === "mail") mails.push({ path: receipt.mail, item: item });
    if (receipt.path) waiting[receipt.path] = item;
    later(100);
  }

  function counted() {
    var bar = document.getElementById("upload-bar");
    bar.max = total;
    bar.value = sent;
    var words = "已处理 " + sent + " / " + total + "，收下 " + taken + " 个" + (failed ? "，没有收下 " + failed + " 个" : "");
    document.getElementById("upload-count").textContent = words;
    if (sent === total) say(words);
  }

  function next() {
    var entry = queue.shift();
    if (!entry) {
      running = false;
      window.clearTimeout(pause);
      pause = window.setTimeout(collect, 300);
      return;
    }
    running = true;
    var body = new FormData();
    body.append("path", entry.path);
    body.append("more", "yes");
    body.append("modified", new Date(entry.file.lastModified).toISOString());
    body.append("files", entry.file, entry.file.name);
    ask("/uploads", { method: "POST", body: body }).then(function (answer) {
      received(entry.item, answer.files[0]);
    }).catch(function (error) {
      notTaken(entry.item, why(error));
    }).then(function () {
      settled();
      next();
    });
  }

  function notTaken(item, sentence) {
    failed += 1;
    tell(item, "failed", "没有收下", sentence);
    say(sentence);
  }

  function listed(path) {
    document.getElementById("uploads").hidden = false;
    total += 1;
    return line(path);
  }

  function settled() {
    sent += 1;
    counted();
  }

  function add(file, path) {
    var item = listed(path);
    if (file.size > Number(drop.dataset.most)) {
      notTaken(item, drop.dataset.tooLarge);
      settled();
      return;
    }
    queue.push({ file: file, path: path, item: item });
    counted();
    if (!running) next();
  }

  // what the browser could not read stands in the list like everything else
  function unread(path, what) {
    notTaken(listed(path), what + "，没有收下。请检查它还在不在、能不能打开，再放一次。");
    settled();
  }

  function entries(reader, folder) {
    reader.readEntries(function (some) {
      some.forEach(walk);
      if (some.length) entries(reader, folder);
    }, function () { unread(folder, "这个文件夹没有读全"); });
  }

  function walk(entry) {
    var path = entry.fullPath.replace(/^\//, "");
    if (entry.isFile) entry.file(function (file) { add(file, path); }, function () { unread(path, "这个文件读不出来"); });
    else entries(entry.createReader(), path);
  }

  function dropped(event) {
    var items = Array.from(event.dataTransfer.items || []);
    var files = items.filter(function (item) { return item.kind === "file"; });
    files.forEach(function (item) {
      var entry = item.webkitGetAsEntry ? item.webkitGetAsEntry() : null;
      var file = entry ? null : item.getAsFile();
      if (entry) walk(entry);
      else if (file) add(file, file.name);
    });
    if (!files.length) Array.from(event.dataTransfer.files).forEach(function (file) { add(file, file.name); });
  }

  if (drop) {
    var files = document.getElementById("files");
    var folder = document.getElementById("folder");
    all(".scripted").forEach(function (each) { each.hidden = false; });
    [files, folder].forEach(function (input) {
      input.addEventListener("change", function () {
        Array.from(input.files).forEach(function (file) { add(file, file.webkitRelativePath || file.name); });
        input.value = "";
      });
    });
    drop.addEventListener("submit", function (event) { event.preventDefault(); });
    window.addEventListener("beforeunload", function (event) { if (running) event.preventDefault(); });
  }

  // --- files are dropped anywhere: the browser never leaves the page to show them ---

  var place = drop || document.querySelector("form.drop");
  var input = place && place.querySelector("input[type=file]");

  if (place && !drop) input.addEventListener("change", function () { if (input.files.length) place.submit(); });

  function hasFiles(event) {
    return Array.from(event.dataTransfer.types).includes("Files");
  }

  // a field for a file takes what is dropped on it by itself
  function isField(event) {
    return event.target.matches && event.target.matches("input[type=file]");
  }

  document.addEventListener("dragover", function (event) {
    if (!hasFiles(event) || isField(event)) return;
    event.preventDefault();
    if (place) place.classList.add("over");
    else event.dataTransfer.dropEffect = "none";
  });
  document.addEventListener("dragleave", function (event) {
    if (place && !event.relatedTarget) place.classList.remove("over");
  });
  document.addEventListener("drop", function (event) {
    if (!hasFiles(event) || isField(event)) return;
    event.preventDefault();
    if (place) place.classList.remove("over");
    if (drop) dropped(event);
    else if (place && event.dataTransfer.files.length > 1 && !input.multiple) {
      refused(place, "一次只放一个文件，没有读入；请只放一个。");
    } else if (place && event.dataTransfer.files.length) {
      refused(place, "");
      input.files = event.dataTransfer.files;
      place.submit();
    }
  });
})();
