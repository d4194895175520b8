import { svg } from "../core/dom.js";

const places = 30;

/**
 * An endpoint's recent attempts, oldest left: green where the receiver accepted, red where not, and as high as the attempt took long.
 * @param attempts oldest first, each { ok, durationMs }
 */
export function healthStrip(attempts) {
  const recent = attempts.slice(-places);
  const slowest = Math.max(1, ...recent.map((attempt) => attempt.durationMs));
  const bad = recent.filter((attempt) => !attempt.ok).length;
  const label = recent.length === 0 ? "No attempts yet" : `Last ${recent.length} attempts: ${recent.length - bad} accepted, ${bad} failed`;
  return svg("svg", { class: "strip", viewBox: `0 0 ${places * 6} 30`, preserveAspectRatio: "none", role: "img", "aria-label": label }, [
    svg("title", {}, label),
    Array.from({ length: places }, (_, place) => {
      const attempt = recent[place - (places - recent.length)];
      const height = attempt ? 10 + 20 * Math.sqrt(attempt.durationMs / slowest) : 6;
      return svg("rect", { class: attempt ? (attempt.ok ? "ok" : "bad") : "none", x: place * 6 + 0.75, y: 30 - height, width: 4.5, height, rx: 1.5 });
    }),
  ]);
}
