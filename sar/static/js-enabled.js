// Tells the stylesheet that components may hide what their scripts can show again. Not a module: it must run
// before the body is drawn.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
