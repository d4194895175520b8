/** What each error code of an attempt means, in a few words. */
const meanings = {
  timeout: "No complete answer in time",
  connect_timeout: "No connection in time",
  dns: "The name does not resolve",
  refused_address: "The name resolves to an address that is not public",
  connect: "Nobody accepts the connection",
  tls: "The TLS handshake or the certificate failed",
  reset: "The connection closed before an answer",
  protocol: "The answer was not HTTP",
  headers_too_large: "The answer's headers were too large",
  invalid_url: "The URL breaks today's rules",
  invalid_header: "A header was not fit for the wire",
  pipeline: "The host's own HTTP pipeline refused it",
  unexpected: "Something unexpected went wrong",
};

export const errorCodes = Object.keys(meanings);

/** An error code, or "http_500", as people say it. */
export function errorText(code) {
  if (!code) {
    return "Failed";
  }
  const status = /^http_(\d+)$/.exec(code);
  return status ? `Answered ${status[1]}` : (meanings[code] ?? code);
}
