const number = new Intl.NumberFormat("en");
const dateTime = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const hourMinute = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false });
const dayMonth = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "long" });

export const count = (value) => number.format(value ?? 0);

/** A number that fits a small place: 999, 1.2k, 3.4M. */
export function short(value) {
  if (value < 1000) {
    return String(Math.round(value * 10) / 10);
  }
  const [size, unit] = value < 1e6 ? [1e3, "k"] : [1e6, "M"];
  const scaled = value / size;
  return `${scaled < 10 ? Math.floor(scaled * 10) / 10 : Math.floor(scaled)}${unit}`;
}

/** A share between 0 and 1. It says 100 % only where nothing failed. */
export function percent(share) {
  if (share === null || share === undefined) {
    return "–";
  }
  const value = share * 100;
  return `${value === 100 || value === 0 ? value : (Math.floor(value * 10) / 10).toFixed(1)} %`;
}

/** A duration in milliseconds, in one or two units. */
export function duration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) {
    return "–";
  }
  if (milliseconds < 1000) {
    return `${milliseconds < 10 ? Math.round(milliseconds * 10) / 10 : Math.round(milliseconds)} ms`;
  }
  const seconds = milliseconds / 1000;
  if (seconds < 10) {
    return `${(Math.floor(seconds * 10) / 10).toString()} s`;
  }
  return inUnits(Math.round(seconds));
}

function inUnits(seconds) {
  const units = [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]];
  const first = units.findIndex(([size]) => seconds >= size);
  const [size, name] = units[first];
  const rest = units[first + 1];
  const whole = Math.floor(seconds / size);
  const remainder = rest ? Math.floor((seconds - whole * size) / rest[0]) : 0;
  return remainder ? `${whole} ${name} ${remainder} ${rest[1]}` : `${whole} ${name}`;
}

/** "12 s ago", "in 4 m": how a time stands to now. */
export function fromNow(time, now = Date.now()) {
  const distance = Date.parse(time) - now;
  if (Math.abs(distance) < 1500) {
    return "now";
  }
  const words = inUnits(Math.max(1, Math.round(Math.abs(distance) / 1000))).split(" ");
  const text = Math.abs(distance) < 3_600_000 ? words.slice(0, 2).join(" ") : words.join(" ");
  return distance < 0 ? `${text} ago` : `in ${text}`;
}

export const stamp = (time) => dateTime.format(new Date(time));
export const clock = (time) => hourMinute.format(new Date(time));
export const day = (time) => dayMonth.format(new Date(time));
export const exact = (time) => full.format(new Date(time));

/** A count that the server stopped counting at some point. */
export const capped = ({ count: amount, capped: more }) => `${count(amount)}${more ? "+" : ""}`;

/** "1 delivery", "12 deliveries". */
export const plural = (amount, one, many = `${one}s`) => `${count(amount)} ${amount === 1 ? one : many}`;

export function bytes(length) {
  return length < 1024 ? `${length} B` : `${(length / 1024).toFixed(1)} KiB`;
}
