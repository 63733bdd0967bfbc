"use strict";
// Not in the page: the Content-Security-Policy allows no inline script.
window.addEventListener("load", () => {
  const target = document.getElementById("swagger-ui");
  SwaggerUIBundle({
    url: target.dataset.url,
    domNode: target,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    validatorUrl: null,
  });
});
