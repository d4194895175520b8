// A classic script, so that it runs before the first paint: the chosen theme must not flash in.
(function () {
  try {
    const theme = localStorage.getItem("outbox-theme");
    if (theme === "light" || theme === "dark") {
      document.documentElement.dataset.theme = theme;
    }
  } catch {
    // Storage is blocked: the system's theme it is.
  }
})();
