import { el, put } from "../core/dom.js";
import { get } from "../core/api.js";
import { live } from "../core/live.js";
import { redraw } from "../core/redraw.js";
import { remember } from "../core/router.js";
import { card, pageHead, segments } from "../ui/page.js";
import { failure, skeleton } from "../ui/states.js";
import { figures } from "../ui/figures.js";
import { flow } from "../ui/flow.js";
import { failingList, recentList } from "../ui/overview-lists.js";
import { activityCharts } from "../ui/activity-charts.js";

const windows = [["1h", "1 hour"], ["24h", "24 hours"], ["7d", "7 days"]];

/** Whether webhooks flow, at a glance: the verdict, the pipeline, the figures, the charts, and what is failing now. */
export function overviewPage(root, { query, signal }) {
  let window = windows.some(([value]) => value === query.get("window")) ? query.get("window") : "1h";
  let following = new AbortController();
  const charts = activityCharts();
  const top = el("div", { class: "stack" }, skeleton([112, 96]));
  const failing = el("div", {}, skeleton([60, 60]));
  const recent = el("div", {}, skeleton([40, 40, 40]));
  const problem = el("div");

  put(root, [
    pageHead("Overview", {
      actions: [segments("Window", windows, window, (chosen) => { window = chosen; remember("/", { window }); load(); })],
    }),
    problem,
    el("div", { class: "stack" }, [
      top,
      charts.element,
      el("div", { class: "columns" }, [
        card("Failing now", failing, { flush: true, aside: el("a", { href: "#/endpoints?state=failing", class: "small" }, "All endpoints") }),
        card("Latest deliveries", recent, { flush: true, aside: el("a", { href: "#/deliveries", class: "small" }, "All deliveries") }),
      ]),
    ]),
  ]);
  signal.addEventListener("abort", () => following.abort());
  load();

  async function load() {
    following.abort();
    following = new AbortController();
    const mine = following.signal;
    try {
      const [overview, page] = await Promise.all([get("overview", { window }, mine), get("deliveries", { limit: 8 }, mine)]);
      put(problem);
      showOverview(overview);
      const rows = recentList(recent, page.items);
      live.follow({ window, limit: 8 }, { overview: showOverview, deliveries: rows.change }, mine);
    } catch (error) {
      if (!mine.aborted) {
        put(problem, failure(error, load));
      }
    }
  }

  function showOverview(overview) {
    redraw(top, () => put(top, flow(overview), figures(overview)));
    charts.show(overview.series);
    redraw(failing, () => put(failing, failingList(overview)));
  }
}
