// Fills every element with data-sales-total with the live total, as plain text in the page's own style.
// data-model and data-variant ask for a part of it. What stands in the element stays where this fails.
(function () {
  "use strict";
  var api = new URL("api/sales/", document.currentScript.src);

  function read(path) {
    return fetch(new URL(path, api), { credentials: "omit" }).then(function (answer) {
      if (!answer.ok) throw new Error(path + " answered " + answer.status);
      return answer.json();
    });
  }

  function units(element) {
    var model = element.getAttribute("data-model");
    var variant = element.getAttribute("data-variant");
    if (!model && !variant) {
      return read("total").then(function (told) { return told.total; });
    }
    return read("by-type").then(function (told) {
      return told.breakdown.reduce(function (sum, type) {
        var wanted = (!model || type.model === model) && (!variant || type.variant === variant);
        return wanted ? sum + type.count : sum;
      }, 0);
    });
  }

  function language() {
    try {
      return Intl.getCanonicalLocales(document.documentElement.lang)[0];
    } catch (notOne) {
      return undefined;
    }
  }

  function fill() {
    document.querySelectorAll("[data-sales-total]").forEach(function (element) {
      units(element).then(function (count) {
        element.textContent = count.toLocaleString(language());
      }).catch(function () {});
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", fill);
  else fill();
  setInterval(function () { if (!document.hidden) fill(); }, 60000);
})();
